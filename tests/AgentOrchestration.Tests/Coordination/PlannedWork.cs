using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>Shorthands for goals and agents of runs under test.</summary>
internal static class PlannedWork
{
    /// <summary>Registers the agents that tests of runs use: <c>default</c> repeats its description, <c>fail</c> throws, <c>wait</c> works for its description's seconds.</summary>
    public static void Register(AgentOrchestrationOptions options) => options
        .AddAgent("default", (context, _) => Task.FromResult<AgentOutput>(context.Goal.Description))
        .AddAgent("fail", (context, _) => throw new InvalidOperationException(context.Goal.Description))
        .AddAgent("inputs", (context, _) => Task.FromResult<AgentOutput>(string.Join(",", context.Inputs.Select(input => input.Goal.Name))))
        .AddAgent("wait", async (context, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(double.Parse(context.Goal.Description)), context.Time, cancellationToken);
            return context.Goal.Description;
        });

    public static World NewWorld(int capacity = 4, Action<AgentOrchestrationOptions>? configure = null) => new(capacity, options =>
    {
        Register(options);
        configure?.Invoke(options);
    });

    public static AgentGoal Goal(string name, string? agent = null, params string[] after) => new(name) { Name = name, Agent = agent, DependsOn = after };

    public static AgentGoal Wait(string name, double seconds, params string[] after) => new($"{seconds}") { Name = name, Agent = "wait", DependsOn = after };

    /// <summary>Runs simulated time on until the run has ended.</summary>
    public static async Task<OrchestrationResult> RunAsync(
        this World world, CoordinationPattern pattern, IReadOnlyList<AgentGoal> goals, OrchestrationRunOptions? options = null) =>
        await world.EndAsync(await world.Orchestrator.StartAsync(pattern, goals, options));

    /// <summary>Runs simulated time on until the run has ended, and its events are recorded.</summary>
    public static async Task<OrchestrationResult> EndAsync(this World world, OrchestrationRun run)
    {
        var result = await world.Time.RunUntilAsync(run.Completion).WaitAsync(World.Hang);
        await world.Events.WaitForAsync<RunCompleted>(e => e.RunId == run.Id).WaitAsync(World.Hang);
        return result;
    }

    public static IEnumerable<string> NamesOf(this OrchestrationResult result) => result.Results.Select(ended => ended.Goal.Name!);

    public static IEnumerable<(string Name, SkipReason Reason)> SkipsOf(this OrchestrationResult result) => result.Skipped.Select(skipped => (skipped.Name, skipped.Reason));
}
