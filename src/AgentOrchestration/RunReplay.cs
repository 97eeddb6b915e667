using System.Text.Json;
using AgentOrchestration.Coordination;
using AgentOrchestration.DependencyInjection;
using AgentOrchestration.Durability;
using AgentOrchestration.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>Runs what is recorded again, by the code as it is now: with the same goals, inputs, messages, answers and results, without asking a model and without running a tool.</summary>
/// <example><code>
/// await using var store = new SqliteStore("orchestration.db");
/// var report = await RunReplay.RunAsync(store, id, options => options.AddLlmAgent("default", Configure));
/// Assert.True(report.IsSame, report.ToString());
/// </code></example>
public static class RunReplay
{
    /// <summary>Runs one recorded run, or one agent of the host with its children, again. Nothing is written to the store.</summary>
    /// <param name="store">Where it is recorded.</param>
    /// <param name="id">The id of the run or agent, as in <see cref="RecordedRunInfo.Id"/>.</param>
    /// <param name="configure">Registers the agents, conditions, aggregators and judges as they are now. A store that it sets is not used.</param>
    /// <param name="services">The container of the agents; null for none.</param>
    /// <param name="cancellationToken">Ends the replay.</param>
    /// <returns>What was different. Of each agent the last attempt is compared, since those before it failed.</returns>
    /// <exception cref="ArgumentException">There is no such run or agent, or it cannot be run again: its record is damaged, its plan holds code, or an agent was handed over.</exception>
    /// <exception cref="InvalidOperationException">What the plan or an agent names is not registered.</exception>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static async Task<ReplayReport> RunAsync(
        IOrchestrationStore store, string id, Action<AgentOrchestrationOptions> configure, IServiceProvider? services = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new AgentOrchestrationOptions();
        configure(options);
        var stream = await ReadAsync(store, id, options.Durability.Protector, cancellationToken).ConfigureAwait(false);
        var log = new ReplayLog();
        var orchestrator = new AgentOrchestrator(options, services ?? EmptyServiceProvider.Instance, name: null, log);
        await using (orchestrator.ConfigureAwait(false))
        {
            foreach (var agent in stream.Agents)
            {
                agent.Rewind();
            }

            await StartAsync(orchestrator, stream).WaitAsync(cancellationToken).ConfigureAwait(false);
            return Compare(orchestrator, stream, log);
        }
    }

    private static async Task<RecordedStream> ReadAsync(IOrchestrationStore store, string id, IRecordProtector? protector, CancellationToken cancellationToken)
    {
        var stream = new RecordedStream(id);
        await foreach (var stored in store.ReadAsync([id], cancellationToken).ConfigureAwait(false))
        {
            stream.Add(stored, protector);
        }

        stream.Complete();
        return stream switch
        {
            { Problems.Count: > 0 } => throw new ArgumentException($"'{id}' cannot be run again: {stream.Problems[0]}.", nameof(id)),
            { Agent: null, Run: null } => throw new ArgumentException($"The store has no run or agent '{id}'; see RunHistory.ListAsync.", nameof(id)),
            { Run: { Plan: null } } => throw new ArgumentException($"'{id}' cannot be run again: its plan holds code.", nameof(id)),
            { Agent: { Agent: null } } => throw new ArgumentException($"'{id}' cannot be run again: its agent was handed over.", nameof(id)),
            _ => stream,
        };
    }

    private static Task StartAsync(AgentOrchestrator orchestrator, RecordedStream stream)
    {
        if (stream.Run is { } run)
        {
            return orchestrator.Runs.Restore(run).Completion;
        }

        var scheduler = orchestrator.Scheduler;
        var recorded = stream.Agent!;
        var code = scheduler.Intake.FindCode(recorded.Goal with { Agent = recorded.Agent });
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        AgentInstance agent;
        lock (scheduler.Gate)
        {
            agent = scheduler.Intake.RestoreLocked(recorded, code, parent: null, now, ref outbox);
            scheduler.FillSlotsLocked(now, ref outbox);
        }

        scheduler.Flush(outbox);
        return agent.Completion;
    }

    private static ReplayReport Compare(AgentOrchestrator orchestrator, RecordedStream stream, ReplayLog log)
    {
        var agents = 0;
        var steps = 0;
        foreach (var recorded in stream.Agents.Where(static agent => agent.Attempts > 0))
        {
            agents++;
            steps += recorded.Operations.Values.Count(static operation => operation.IsUsed);
            if (recorded.ReplayedResult is not { } before)
            {
                continue;
            }

            foreach (var (key, operation) in recorded.Operations.Where(static operation => !operation.Value.IsUsed))
            {
                log.Differs(recorded.Id, recorded.Name, key, operation.Describe(), asked: null);
            }

            var after = orchestrator.Scheduler.Registry.Find(recorded.Id)?.Result;
            if (after is null)
            {
                log.Differs(recorded.Id, recorded.Name, "start", "the agent", asked: null);
            }
            else if (FindDifference(before, after) is var (was, now))
            {
                log.Differs(recorded.Id, recorded.Name, "end", was, now);
            }
        }

        return new ReplayReport { Differences = log.Differences, Agents = agents, Steps = steps };
    }

    // No content: what an output says is for whoever looks at both.
    private static (string Was, string Now)? FindDifference(AgentResult before, AgentResult after) =>
        before.State != after.State || !string.Equals(before.Error?.Code, after.Error?.Code, StringComparison.Ordinal) ? (EndOf(before), EndOf(after))
        : !string.Equals(before.Output?.Text, after.Output?.Text, StringComparison.Ordinal) || !SameData(before.Output?.Data, after.Output?.Data) ? ("an output", "another output")
        : null;

    private static bool SameData(JsonElement? before, JsonElement? after) =>
        before is null ? after is null : after is { } other && JsonElement.DeepEquals(before.Value, other);

    private static string EndOf(AgentResult result) => result.Error is { } error ? $"the end {result.State} with {error.Code}" : $"the end {result.State}";
}
