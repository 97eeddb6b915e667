using AgentOrchestration;

namespace Snippets;

internal static class Locking
{
    public static async Task RunAsync()
    {
        await LeaseAsync();
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
