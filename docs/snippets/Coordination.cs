using System.Text.Json;
using AgentOrchestration;

namespace Snippets;

internal static class Coordination
{
    public static async Task RunAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(options => options
            .AddAgent("default", (context, _) => Task.FromResult<AgentOutput>($"{context.Goal.Name}: {string.Join(" + ", context.Inputs.Select(input => input.Output!.Text))}"))
            .AddAgent("planner", PlanAsync)
            .AddAgent("triage", HandOffAsync)
            .AddCondition("has_findings", (context, _) => ValueTask.FromResult(new ConditionVerdict(context.Inputs.Any(input => input.Output!.Text.Length > 0), "there are findings"))));
        await FirstAsync(orchestrator);
        await ConditionsAsync(orchestrator);
        await ChooseAsync(orchestrator);
        await StoredAsync(orchestrator);
        await GrowAsync(orchestrator);
        await HandedOffAsync(orchestrator);
        await WithinAnAgentAsync();
    }

    private static async Task FirstAsync(AgentOrchestrator orchestrator)
    {
        // snippet: coordination-first
        var result = await orchestrator.RunAsync(new CoordinationPattern.Graph(),
        [
            new AgentGoal("Review the login") { Name = "review" },
            new AgentGoal("Measure the login") { Name = "measure" },
            new AgentGoal("Write the report") { Name = "report", DependsOn = ["review", "measure"] },
        ]);
        Console.WriteLine(result.Find("report")?.Output?.Text);
        // end snippet

        Check.That(result.Succeeded && result.Find("report")!.Output!.Text == "report: review:  + measure: ", "a goal sees the results of what it depends on");
    }

    private static async Task ConditionsAsync(AgentOrchestrator orchestrator)
    {
        // snippet: coordination-conditions
        AgentCondition byCode = AgentConditions.That(context => context.Inputs[0].Output!.Text.Contains("slow"));
        AgentCondition byName = new AgentCondition.Named("has_findings");
        AgentCondition byModel = new AgentCondition.Question("Does the review name a security problem?");
        AgentCondition onFailure = AgentConditions.That(context => context.Inputs.Any(input => !input.Succeeded)) with { AfterFailure = true };
        // end snippet

        Check.That(byModel.ToString().Contains("question"), "a condition prints no content");
        var result = await orchestrator.RunAsync(new CoordinationPattern.Graph(),
        [
            new AgentGoal("x") { Name = "a" },
            new AgentGoal("x") { Name = "b", DependsOn = ["a"], When = byCode },
            new AgentGoal("x") { Name = "c", DependsOn = ["a"], When = byName },
            new AgentGoal("x") { Name = "d", DependsOn = ["a"], When = onFailure },
        ]);
        Check.That(result.Results.Select(ended => ended.Goal.Name).SequenceEqual(["a", "c"]), "conditions decide");
    }

    private static async Task ChooseAsync(AgentOrchestrator orchestrator)
    {
        // snippet: coordination-options
        var options = new OrchestrationRunOptions
        {
            Name = "answers",
            Failure = new FailurePolicy.Quorum(2),
            Aggregator = ResultAggregator.Majority(output => output.Text.Trim().ToUpperInvariant()),
        };
        var result = await orchestrator.RunAsync(new CoordinationPattern.Parallel(), ["What is it?", "What is it?", "What is it?"], options);
        // end snippet

        Check.That(result.Succeeded, "two of three are enough");
    }

    private static async Task StoredAsync(AgentOrchestrator orchestrator)
    {
        // snippet: coordination-plan
        var plan = OrchestrationPlan.Create(new CoordinationPattern.Conditional(new AgentCondition.Named("has_findings")), ["Review the login", "Fix what was found"]);
        Console.WriteLine(plan.Describe());     // what would be done
        Console.WriteLine(plan.ToMermaid());    // the same as a diagram

        var json = JsonSerializer.Serialize(plan, OrchestrationPlanJson.TypeInfo);
        var result = await orchestrator.RunAsync(JsonSerializer.Deserialize(json, OrchestrationPlanJson.TypeInfo)!);
        Console.WriteLine(result.ToMermaid());  // what was done, with states and durations
        // end snippet

        Check.That(result.Succeeded && result.Results.Count == 2, "a stored plan runs");
    }

    private static async Task GrowAsync(AgentOrchestrator orchestrator)
    {
        var result = await orchestrator.RunAsync(new CoordinationPattern.Graph(), [new AgentGoal("Plan it") { Name = "plan", Agent = "planner" }]);
        Check.That(result.Results.Select(ended => ended.Goal.Name).SequenceEqual(["plan", "part 1", "part 2", "whole"]), "an agent adds goals to its run");
    }

    // snippet: coordination-grow
    private static async Task<AgentOutput> PlanAsync(AgentContext context, CancellationToken cancellationToken)
    {
        await context.AddGoalsAsync(
        [
            new AgentGoal("First half") { Name = "part 1" },
            new AgentGoal("Second half") { Name = "part 2" },
            new AgentGoal("Put them together") { Name = "whole", DependsOn = ["part 1", "part 2"] },
        ]);
        return "two halves";
    }
    // end snippet

    private static async Task HandedOffAsync(AgentOrchestrator orchestrator)
    {
        var result = await orchestrator.RunAsync(new CoordinationPattern.Graph(), [new AgentGoal("I was charged twice") { Name = "triage", Agent = "triage" }]);
        Check.That(result.Find("billing")!.Output!.Text == "billing: charged twice, wants a refund", "who takes over sees what was handed over");
    }

    // snippet: coordination-handoff
    private static async Task<AgentOutput> HandOffAsync(AgentContext context, CancellationToken cancellationToken)
    {
        // Who takes over follows this agent: it starts when this one has ended, and has its output as input.
        await context.AddGoalsAsync([new AgentGoal(context.Goal.Description) { Name = "billing", DependsOn = [context.Goal.Name!] }]);
        return "charged twice, wants a refund";
    }
    // end snippet

    private static async Task WithinAnAgentAsync()
    {
        AgentOrchestrator? host = null;
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 1;
            options.AddAgent("default", (context, _) => Task.FromResult<AgentOutput>(context.Goal.Description));
            options.AddAgent("lead", (context, cancellationToken) => LeadAsync(host, context, cancellationToken));
        });
        host = orchestrator;
        var result = await (await orchestrator.SpawnAsync(new AgentGoal("lead") { Agent = "lead" })).Completion;
        Check.That(result.Output?.Text == "api", "a run within an agent needs no slot of its own");
    }

    private static async Task<AgentOutput> LeadAsync(AgentOrchestrator? orchestrator, AgentContext context, CancellationToken cancellationToken)
    {
        // snippet: coordination-nested
        var result = await orchestrator!.RunAsync(new CoordinationPattern.Sequential(), ["schema", "api"], cancellationToken: cancellationToken);
        return result.Output ?? "nothing came of it";
        // end snippet
    }
}
