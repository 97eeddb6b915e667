using AgentOrchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Snippets;

internal static class AgentsAndGoals
{
    public static async Task RunAsync()
    {
        await RunInHostAsync();
        await ReadResultAsync();
        await CollectAsync();
        await JudgeAsync();
        await ConverseAsync();
        await ContinueAsync();
        await ForkAsync();
    }

    private static async Task RunInHostAsync()
    {
        // snippet: agents-register
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<Rules>();
        builder.Services
            .AddAgentOrchestration(options => options.MaxConcurrentAgents = 6)
            .AddAgent<SecurityReviewer>("security")
            .AddAgent("greeter", async (context, ct) => $"Hello, {context.Goal.Description}");
        // end snippet
        builder.Logging.ClearProviders();
        using var host = builder.Build();
        await host.StartAsync();
        var orchestrator = host.Services.GetRequiredService<IAgentOrchestrator>();

        // snippet: goals-limits
        var goal = new AgentGoal("Review src/Auth.cs")
        {
            Name = "review-auth",
            Agent = "security",
            Priority = AgentPriority.High,
            Deadline = DateTimeOffset.UtcNow.AddMinutes(10),
            Timeouts = new AgentTimeouts { Queue = TimeSpan.FromMinutes(5), Attempt = TimeSpan.FromMinutes(2), Idle = TimeSpan.FromSeconds(30) },
            Retry = new AgentRetryPolicy { MaxAttempts = 3, RetriedCodes = ["rate_limited", AgentErrorCodes.IdleTimeout] },
            ConcurrencyGroup = "reviewers",
            IdempotencyKey = "review-auth-42",
        };
        var handle = await orchestrator.SpawnAsync(goal);
        // end snippet
        var again = await orchestrator.SpawnAsync(goal);
        Check.That(again.Id == handle.Id, "the same idempotency key gives the agent that has it");
        var result = await handle.Completion;
        Check.That(result.Output?.Text == "src/Auth.cs: 2 rules hold", "an agent registered by type gets its dependencies");
        var greeting = await (await orchestrator.SpawnAsync(new AgentGoal("you") { Agent = "greeter" })).Completion;
        Check.That(greeting.Output?.Text == "Hello, you", "a function can be an agent");
        await host.StopAsync();
    }

    private static async Task ReadResultAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", (_, _) => throw new AgentFailureException("rate_limited", "Later, please.")));

        // snippet: agents-result
        var handle = await orchestrator.SpawnAsync("Summarise the changes");
        var result = await handle.Completion;
        Console.WriteLine(result switch
        {
            { Succeeded: true } => result.Output!.Text,
            { Error: { } error } => $"failed after {result.Attempts} attempts: {error.Code}",
            { State: AgentState.Cancelled } => $"cancelled: {result.CancelReason}",
            _ => "completed, but a criterion was not met",
        });
        // end snippet
        Check.That(result is { State: AgentState.Failed, Error.Code: "rate_limited" }, "an agent can fail with a code of its own");
    }

    private static async Task CollectAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o =>
        {
            o.MaxConcurrentAgents = 1;
            o.AddAgent("default", LeadAsync);
            o.AddAgent("reader", (context, _) => Task.FromResult<AgentOutput>($"read {context.Goal.Description}"));
        });
        var result = await (await orchestrator.SpawnAsync("a.cs b.cs")).Completion;
        Check.That(result.Output?.Text == "read a.cs, read b.cs", "a parent and its children finish on one slot");
    }

    // snippet: agents-children
    private static async Task<AgentOutput> LeadAsync(AgentContext context, CancellationToken ct)
    {
        var children = new List<ChildAgent>();
        foreach (var file in context.Goal.Description.Split(' '))
        {
            children.Add(await context.SpawnAsync(new AgentGoal(file) { Agent = "reader" }));
        }

        var results = await context.WaitForAllAsync(children);   // without a slot
        return string.Join(", ", results.Select(result => result.Output?.Text));
    }
    // end snippet

    private static async Task JudgeAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", (context, _) =>
        {
            // snippet: agents-criteria
            var text = "One. Two.";
            context.ReportCriterion(0, text.Length < 100 ? CriterionVerdict.Met : CriterionVerdict.NotMet, $"{text.Length} characters");
            // end snippet
            return Task.FromResult<AgentOutput>(text);
        }));
        var result = await (await orchestrator.SpawnAsync(new AgentGoal("Say it briefly") { SuccessCriteria = ["under 100 characters", "friendly"] })).Completion;
        Check.That(result.Criteria.Select(criterion => criterion.Verdict).SequenceEqual([CriterionVerdict.Met, CriterionVerdict.Unchecked]), "a criterion that nobody judges stays unchecked");
        Check.That(result.Succeeded, "unchecked criteria do not stop a success");
    }

    private static async Task ConverseAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
        {
            // snippet: agents-ask
            var answer = await context.RequestApprovalAsync("Delete 14 unused files", timeout: TimeSpan.FromHours(1));
            if (!answer.Approved)
            {
                return $"Left them: {answer.Reason}";
            }

            AgentMessage which = await context.ReceiveAsync();   // or TryReceive, which does not wait
            // end snippet
            return $"Deleted {which.Text}";
        }));
        var handle = await orchestrator.SpawnAsync("Tidy up");
        await foreach (var e in handle.Watch())
        {
            if (e is ApprovalRequested)
            {
                break;
            }
        }

        // snippet: agents-answer
        foreach (var request in orchestrator.ListApprovals())
        {
            await orchestrator.AnswerAsync(request.Id, approved: true, reason: "there is a backup");
            await orchestrator.SendAsync(request.AgentId, "the logs only");
        }
        // end snippet
        Check.That((await handle.Completion).Output?.Text == "Deleted the logs only", "a message sent before the agent asks for it is kept");
    }

    private static async Task ContinueAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
        {
            // snippet: agents-checkpoint
            var next = await context.LoadCheckpointAsync(CheckpointJson.Default.Int32);   // 0 at the first attempt
            for (; next < 10; next++)
            {
                await ReadPageAsync(next, context.Attempt, ct);
                await context.SaveCheckpointAsync(next + 1, CheckpointJson.Default.Int32);
            }
            // end snippet
            return $"{next}";
        }));
        var goal = new AgentGoal("Read ten pages") { Retry = new AgentRetryPolicy { MaxAttempts = 2, InitialDelay = TimeSpan.Zero } };
        var result = await (await orchestrator.SpawnAsync(goal)).Completion;
        Check.That(result is { Succeeded: true, Attempts: 2 } && PagesRead == 11, "a later attempt continues from the checkpoint");
    }

    private static int PagesRead { get; set; }

    private static Task ReadPageAsync(int page, int attempt, CancellationToken ct)
    {
        PagesRead++;
        return page == 6 && attempt == 1 ? throw new IOException("The page is torn.") : Task.CompletedTask;
    }

    private static async Task ForkAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
        {
            // snippet: agents-fork
            await context.RunConcurrentlyAsync(
            [
                async (left, ct) => await WriteAsync(left, "a.md", ct),
                async (right, ct) => await WriteAsync(right, "b.md", ct),
            ]);
            // end snippet
            return "written";
        }));
        var result = await (await orchestrator.SpawnAsync("Write both")).Completion;
        Check.That(result.Succeeded && File.Exists("a.md") && File.Exists("b.md"), "activities run beside each other");
    }

    private static async Task WriteAsync(AgentContext context, string path, CancellationToken ct)
    {
        await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive(path), cancellationToken: ct);
        await File.WriteAllTextAsync(path, context.Goal.Description, ct);
    }
}
