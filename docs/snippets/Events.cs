using System.Text.Json;
using AgentOrchestration;

namespace Snippets;

internal static class Events
{
    public static async Task RunAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o =>
        {
            o.MaxRetainedEvents = 16;
            o.AddAgent("default", (context, _) =>
            {
                for (var percent = 0; percent < 100; percent += 10)
                {
                    context.Report("working", percent);
                }

                return Task.FromResult<AgentOutput>("done");
            });
        });
        await WatchAsync(orchestrator);
        await FilterAsync(orchestrator);
        ShowOnUiThread(orchestrator);
        await CatchUpAsync(orchestrator);
        WriteJson(new AgentStarted(2, DateTimeOffset.UnixEpoch, 1));
    }

    private static async Task WatchAsync(AgentOrchestrator orchestrator)
    {
        // snippet: events-watch
        var handle = await orchestrator.SpawnAsync("Work");
        await foreach (var e in handle.Watch())
        {
            if (e is AgentProgressed progressed)
            {
                Console.WriteLine($"{progressed.Percent} % {progressed.Step}");
            }
        }
        // end snippet

        var kinds = new List<string>();
        await foreach (var e in handle.Watch())
        {
            kinds.Add(e.EventKind);
        }

        Check.That(kinds is ["agent:spawned", "agent:started", .., "agent:completed"], "watching gives everything from the acceptance to the end");
    }

    private static async Task FilterAsync(AgentOrchestrator orchestrator)
    {
        // snippet: events-filter
        var failures = orchestrator.Subscribe(new EventFilter { Kinds = ["agent:failed", "agent:stalled"] });
        // end snippet

        // snippet: events-run
        var handles = await orchestrator.SpawnParallelAsync(["one", "two"]);
        var ends = orchestrator.Subscribe(new EventFilter
        {
            Agents = [.. handles.Select(handle => handle.Id)],
            Kinds = ["agent:completed", "agent:failed", "agent:cancelled"],
            After = 0,
        });
        await foreach (var end in ends)
        {
            Console.WriteLine(end);
        }
        // end snippet

        var count = 0;
        await foreach (var end in ends)
        {
            count += end.IsTerminal ? 1 : 0;
        }

        Check.That(count == 2, "a subscription to given agents ends by itself, with their last events");
        Check.That(failures is not null, "kinds can be filtered");
    }

    private static async Task CatchUpAsync(AgentOrchestrator orchestrator)
    {
        // Far more than the 16 that are kept.
        for (var i = 0; i < 4; i++)
        {
            await (await orchestrator.SpawnAsync("Work")).Completion;
        }

        var following = FollowAsync();
        var missed = 0L;
        await foreach (var e in orchestrator.Subscribe(new EventFilter { After = 1, Agents = [orchestrator.ListAgents(includeEnded: true)[^1].Id] }))
        {
            missed += e is EventsMissed gap ? gap.LastMissed - gap.FirstMissed + 1 : 0;
        }

        await orchestrator.DisposeAsync();
        await following;
        Check.That(missed > 0, "a reader that is too far behind is told what it missed");

        async Task FollowAsync()
        {
            long last = 1;

            // snippet: events-catch-up
            await foreach (var e in orchestrator.Subscribe(new EventFilter { After = last }))
            {
                if (e is EventsMissed gap)
                {
                    Console.WriteLine($"{gap.FirstMissed} to {gap.LastMissed} are lost; look at ListAgents");
                }

                last = e.Sequence;   // where to go on after a break
            }
            // end snippet
        }
    }

    private static void WriteJson(AgentEvent e)
    {
        // snippet: events-json
        string json = JsonSerializer.Serialize(e, AgentEventJson.TypeInfo);
        AgentEvent? same = JsonSerializer.Deserialize(json, AgentEventJson.TypeInfo);
        // end snippet
        Check.That(json == """{"type":"agent:started","sequence":2,"timestamp":"1970-01-01T00:00:00+00:00","attempt":1}""", $"an event is written like this: {json}");
        Check.That(same == e, "an event survives the round trip");
    }

    private static void ShowOnUiThread(AgentOrchestrator orchestrator)
    {
        // A window's thread: what is posted to its context runs on it, one after the other.
        using var window = new Window();
        var shown = window.Run(() => ShowAsync(orchestrator, window));
        Check.That(shown > 0 && window.Strangers == 0, "a loop started on a UI thread stays on it");
    }

    // snippet: events-ui
    // Started on the UI thread, for example when the window is loaded.
    private static async Task ShowAsync(IAgentOrchestrator orchestrator, Window window)
    {
        var handle = await orchestrator.SpawnAsync("Work");
        await foreach (var e in handle.Watch())   // no ConfigureAwait(false): each step comes back to the UI thread
        {
            window.Title = $"{e}";
        }
    }
    // end snippet
}
