using AgentOrchestration;
using Microsoft.Extensions.Hosting;

namespace Cleanup;

/// <summary>The host's work: spawns agents round after round, and looks at what the orchestrator still knows of them.</summary>
internal sealed class Intake(IAgentOrchestrator orchestrator, EvictionLedger ledger, Outcome outcome, IHostApplicationLifetime lifetime) : BackgroundService
{
    // By then the limits are reached and memory should be flat.
    private const int FirstFlatRound = 10;

    private const long AllowedGrowth = 16 << 20;

    private AgentHandle? _first;
    private int _spawned;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var reading = ledger.ReadAsync(orchestrator.Subscribe(new EventFilter { Kinds = ["agents:evicted"] }), done.Token);
        try
        {
            await FloodAsync(stoppingToken);
            await WaitForRetentionAsync(stoppingToken);
            await CleanUpAsync(stoppingToken);
            await LookAtOldHandleAsync();
            outcome.Finished();
        }
        finally
        {
            await done.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lifetime.StopApplication();
        }
    }

    private async Task FloodAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"Each agent returns {Limits.OutputCharacters * 2 / 1000} KB. At most {Limits.MaxEndedAgents} ended agents and {Limits.MaxRetainedEvents} events are kept.");
        long flat = 0;
        for (var round = 1; round <= Limits.Rounds; round++)
        {
            await RoundAsync(Limits.AgentsPerRound, cancellationToken);
            var known = orchestrator.ListAgents(includeEnded: true).Count;
            outcome.Expect(known <= Limits.MaxEndedAgents, $"{known} ended agents are known after round {round}");

            // Whatever is not known any more was named in an event.
            await ledger.ReachAsync(_spawned - known, cancellationToken);
            var bytes = GC.GetTotalMemory(forceFullCollection: true);
            flat = round == FirstFlatRound ? bytes : flat;
            outcome.Expect(round <= FirstFlatRound || bytes < flat + AllowedGrowth, $"memory grew from {flat >> 20} MB to {bytes >> 20} MB by round {round}");
            if (round % 5 == 0)
            {
                Console.WriteLine($"  {_spawned,5:N0} agents ended, {known,3} known, {ledger.Count(),5:N0} evicted, {bytes >> 20} MB in use of {(long)_spawned * Limits.OutputCharacters * 2 >> 20} MB produced");
            }
        }
    }

    private async Task WaitForRetentionAsync(CancellationToken cancellationToken)
    {
        await ledger.ReachAsync(_spawned, cancellationToken);
        var known = orchestrator.ListAgents(includeEnded: true).Count;
        outcome.Expect(known == 0, $"{known} agents are known after their retention");
        Console.WriteLine($"Nothing happened for {Limits.Retention.TotalSeconds:0} s: {ledger.Count():N0} evicted, {known} known.");
    }

    private async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        await RoundAsync(20, cancellationToken);
        var cleaned = orchestrator.Cleanup();
        outcome.Expect(cleaned is > 0 and <= 20, $"Cleanup forgot {cleaned} agents");
        await ledger.ReachAsync(_spawned, cancellationToken);
        Console.WriteLine($"Cleanup() forgot {cleaned} more.");
    }

    private async Task LookAtOldHandleAsync()
    {
        var (id, completion) = (_first!.Id, _first.Completion);
        outcome.Expect(orchestrator.GetStatus(id) is null, "the first agent is still known");
        var result = await completion;
        outcome.Expect(result is { State: AgentState.Completed, Output.Text.Length: Limits.OutputCharacters }, $"the first handle gives {result}");

        var kinds = new List<string>();
        await foreach (var e in _first.Watch())
        {
            kinds.Add(e.EventKind);
        }

        outcome.Expect(kinds is ["events:missed", "agent:completed"], $"watching the first handle gave {string.Join(", ", kinds)}");
        Console.WriteLine($"The orchestrator has forgotten {id}; its handle still gives the result ({result.Output?.Text.Length:N0} characters) and {string.Join(", ", kinds)}.");
    }

    private async Task RoundAsync(int agents, CancellationToken cancellationToken)
    {
        var goals = Enumerable.Range(_spawned + 1, agents).Select(number => new AgentGoal($"Summary {number} ")).ToArray();
        var handles = await orchestrator.SpawnParallelAsync(goals, cancellationToken);
        _spawned += agents;
        _first ??= handles[0];
        var results = await Task.WhenAll(handles.Select(handle => handle.Completion)).WaitAsync(cancellationToken);
        outcome.Expect(results.All(result => result.Succeeded), $"{results.Count(result => !result.Succeeded)} agents of a round did not succeed");
    }
}
