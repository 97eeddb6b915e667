using AgentOrchestration;

namespace Snippets;

internal static class Locking
{
    public static async Task RunAsync()
    {
        await LendAsync();
        await LeaseAsync();
        await FollowAsync();
    }

    private static async Task FollowAsync()
    {
        var seen = new List<string>();
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
        {
            using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report"), cancellationToken: ct);
            return "done";
        }));

        var held = await orchestrator.Locks.AcquireAsync(ResourceRequest.Exclusive("report"));
        var handle = await orchestrator.SpawnAsync(new AgentGoal("Read the report") { Name = "reader" });

        // snippet: locking-events
        await foreach (var e in orchestrator.Subscribe(new EventFilter { Kinds = ["lock:waiting", "lock:granted", "lock:lost"], After = 0 }))
        {
            Show(e switch
            {
                LockWaiting waiting => $"{waiting.Owner} waits for {waiting.Blocker.Key}, which {waiting.Blocker.Holder} has",
                LockGranted granted => $"{granted.Owner} has {granted.Requests[0].Key} after {granted.Waited}",
                LockLost lost => $"{lost.Owner} lost {lost.Key}: {lost.Reason}",
                _ => "",
            });
        }
        // end snippet
        Check.That(seen[0] == "reader waits for named:report, which host has", "a wait names who is in the way");
        Check.That(seen[1].StartsWith("reader has named:report after 00:00:0", StringComparison.Ordinal), "a grant after a wait is an event");

        void Show(string line)
        {
            seen.Add(line);
            if (seen.Count == 1)
            {
                held.Dispose();
                _ = handle.Completion.ContinueWith(_ => orchestrator.DisposeAsync().AsTask(), TaskScheduler.Default);
            }
        }
    }

    private static async Task LendAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o
            .AddAgent("default", SuperviseAsync)
            .AddAgent("editor", async (context, ct) =>
            {
                using var guard = await context.Locks.AcquireFileAsync(context.Goal.Description, cancellationToken: ct);
                return "edited";
            }));
        var goal = new AgentGoal("Edit the sources") { Resources = [new ResourceRequest(ResourceKey.Directory("src"))] };
        var result = await (await orchestrator.SpawnAsync(goal)).Completion;
        Check.That(result.Output?.Text == "edited, edited", "children work on what they were lent");

        static async Task<AgentOutput> SuperviseAsync(AgentContext context, CancellationToken ct)
        {
            // snippet: locking-lend
            // The goal claims the directory src.
            var editors = new List<ChildAgent>();
            foreach (var path in new[] { "src/Parser.cs", "src/Lexer.cs" })
            {
                var file = await context.Locks.AcquireFileAsync(path, cancellationToken: ct);
                editors.Add(await context.SpawnAsync(new AgentGoal(path) { Agent = "editor" }, lend: [file]));
            }

            var results = await context.WaitForAllAsync(editors);
            // end snippet
            return string.Join(", ", results.Select(result => result.Output?.Text));
        }
    }

    private static async Task LeaseAsync()
    {
        string[] sections = ["one", "two", "three"];
        var written = new List<string>();
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", WorkAsync));
        await (await orchestrator.SpawnAsync("Write the report")).Completion;
        Check.That(written.SequenceEqual(sections), "a lease can be renewed while it is held");

        async Task<AgentOutput> WorkAsync(AgentContext context, CancellationToken ct)
        {
            // snippet: locking-lease
            var request = new ResourceRequest(ResourceKey.File("report.md")) { Lease = TimeSpan.FromMinutes(1) };
            await using var guard = await context.Locks.AcquireAsync(request, cancellationToken: ct);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, guard.Lost);   // ends what is under way if the hold is lost
            foreach (var section in sections)
            {
                await WriteAsync(section, stop.Token);
                guard.TryRenew();   // a whole minute for the next one; false if it is lost
            }
            // end snippet

            return "written";
        }

        Task WriteAsync(string section, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            written.Add(section);
            return Task.CompletedTask;
        }
    }
}
