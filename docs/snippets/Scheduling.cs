using AgentOrchestration;

namespace Snippets;

internal static class Scheduling
{
    public static async Task RunAsync()
    {
        await LimitGroupAsync();
        await SteerAsync();
        await ExplainAsync();
        await BoundAsync();
        await ShutDownAsync();
    }

    private static async Task LimitGroupAsync()
    {
        var coders = 0;
        var most = 0;

        // snippet: scheduling-group
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 8;
            options.ConcurrencyGroups["researchers"] = 5;   // "coders" is not listed: one at a time
            options.AddAgent("default", WorkAsync);
        });
        await orchestrator.SpawnParallelAsync(
        [
            new AgentGoal("Change the parser") { ConcurrencyGroup = "coders" },
            new AgentGoal("Change the printer") { ConcurrencyGroup = "coders" },
            new AgentGoal("Read about parsers") { ConcurrencyGroup = "researchers" },
        ]);
        // end snippet

        // snippet: scheduling-claims
        await orchestrator.SpawnParallelAsync(
        [
            new AgentGoal("Rename the parser") { Resources = [new ResourceRequest(ResourceKey.Directory("src/Parsing"))] },
            new AgentGoal("Fix the lexer") { Resources = [new ResourceRequest(ResourceKey.File("src/Parsing/Lexer.cs"))] },   // not while the other runs
            new AgentGoal("Explain the parser") { Resources = [new ResourceRequest(ResourceKey.Directory("src/Parsing"), ResourceMode.Shared)] },
        ]);
        // end snippet

        // snippet: scheduling-capacity
        orchestrator.MaxConcurrentAgents = 4;   // running agents go on; new ones start when fewer than 4 run
        // end snippet
        await orchestrator.WaitAllAsync();
        Check.That(most == 1, "a group that is not listed admits one agent at a time");

        async Task<AgentOutput> WorkAsync(AgentContext context, CancellationToken ct)
        {
            if (context.Goal.ConcurrencyGroup == "coders")
            {
                most = Math.Max(most, Interlocked.Increment(ref coders));
                await Task.Delay(TimeSpan.FromMilliseconds(20), context.Time, ct);
                Interlocked.Decrement(ref coders);
            }

            return "done";
        }
    }

    private static async Task SteerAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
        {
            // snippet: scheduling-pause-point
            while (true)
            {
                context.Output("one more\n");
                await Task.Delay(TimeSpan.FromMilliseconds(5), context.Time, ct);
                await context.PausePointAsync();   // here the agent can be paused, and learns of a cancel
            }
            // end snippet
        }));
        var handle = await orchestrator.SpawnAsync("Go on");
        await foreach (var e in handle.Watch())
        {
            if (e is AgentOutputProduced)
            {
                break;
            }
        }

        // snippet: scheduling-steer
        await orchestrator.PauseAsync(handle.Id);    // completes when no code of the agent runs any more
        await orchestrator.ResumeAsync(handle.Id);
        await orchestrator.CancelAsync(handle.Id, "no longer needed");   // decided now; the agent ends soon
        var result = await handle.Completion;
        // end snippet
        Check.That(result is { State: AgentState.Cancelled, CancelReason: "no longer needed", Output.Text: ['o', ..] }, "a cancelled agent keeps its partial output");
    }

    private static async Task ExplainAsync()
    {
        var release = new TaskCompletionSource();
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
        {
            await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report.md"));
            await release.Task;
            return "done";
        }));
        var first = await orchestrator.SpawnAsync(new AgentGoal("Write") { Name = "writer" });
        var handle = await WaitingAsync(orchestrator);

        // snippet: scheduling-explain
        Console.WriteLine(orchestrator.Explain(handle.Id));   // reader: 0 s for named:report.md, held by writer, which is running
        // end snippet
        var text = orchestrator.Explain(handle.Id)!.ToString();
        Check.That(text.StartsWith("reader: ", StringComparison.Ordinal) && text.EndsWith(" for named:report.md, held by writer, which is running", StringComparison.Ordinal), $"an explanation follows the wait: {text}");
        release.SetResult();
        await Task.WhenAll(first.Completion, handle.Completion);
    }

    private static async Task<AgentHandle> WaitingAsync(IAgentOrchestrator orchestrator)
    {
        while (orchestrator.Locks.TryAcquire(ResourceRequest.Exclusive("report.md"), out var guard, out _))
        {
            guard.Dispose();
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        var handle = await orchestrator.SpawnAsync(new AgentGoal("Read") { Name = "reader" });
        await foreach (var e in handle.Watch())
        {
            if (e is AgentWaiting)
            {
                break;
            }
        }

        return handle;
    }

    private static async Task BoundAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o =>
        {
            o.MaxConcurrentAgents = 1;
            o.MaxStartedAgents = 1;
            o.MaxQueuedAgents = 2;
            o.AddAgent("default", async (context, ct) =>
            {
                await context.ReceiveAsync();
                return "done";
            });
        });
        AgentGoal[] goals = ["one", "two", "three"];

        // snippet: scheduling-refused
        try
        {
            await orchestrator.SpawnParallelAsync(goals);   // all or none
        }
        catch (GoalRefusedException refusal) when (refusal.Reason == GoalRefusal.QueueFull)
        {
            Console.WriteLine(refusal.Message);   // how many are queued, and what the limit is
        }
        // end snippet

        Check.That(orchestrator.ListAgents().Count == 0, "goals beyond the queue are refused, all or none");
    }

    private static async Task ShutDownAsync()
    {
        // snippet: scheduling-shutdown
        var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.ShutdownDrainPeriod = TimeSpan.FromSeconds(5);        // accepted goals may finish
            options.CancellationGracePeriod = TimeSpan.FromSeconds(10);   // then cancelled code may stop
            options.AddAgent("default", async (context, ct) => "done");
        });
        var handle = await orchestrator.SpawnAsync("Finish");
        await orchestrator.DisposeAsync();   // returns when every agent has ended
        // end snippet
        Check.That(handle.Completion.IsCompleted && (await handle.Completion).Succeeded, "disposal lets accepted goals finish");
        try
        {
            await orchestrator.SpawnAsync("Too late");
            Check.That(false, "a disposed orchestrator accepts nothing");
        }
        catch (ObjectDisposedException)
        {
            // As said.
        }
    }
}
