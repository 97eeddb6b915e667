using System.Diagnostics;
using System.Text.Json;
using AgentOrchestration.Durability;

namespace AgentOrchestration.Scheduling;

/// <summary>What of an agent's changes is stored, and how. Works under the scheduler's gate, like what it records.</summary>
internal sealed class AgentJournal(AgentScheduler scheduler, Journal journal)
{
    public Journal Journal => journal;

    /// <summary>
    /// From here on nothing ends for the store: what the shutdown does not let finish is unfinished there, and goes on later. What agents still do is recorded all the same, since it happened.
    /// </summary>
    public bool IsSuspended { get; set; }

    /// <summary>Completes when everything before this place is kept, or cannot be.</summary>
    /// <returns>Whether it is kept.</returns>
    public async ValueTask<bool> IsKeptAsync(long position)
    {
        var durable = journal.WhenDurableAsync(position);
        await durable.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return durable.IsCompletedSuccessfully;
    }

    /// <summary>Records a change of an agent, if it is one that counts after a crash.</summary>
    public void RecordLocked(AgentInstance agent, AgentEvent change, string? key)
    {
        var counts = change switch
        {
            AgentSpawned { IsRestored: true } => false,
            ToolCallStarted or ToolCallEnded or ModelCallEnded or ApprovalRequested or AgentMessageAccepted or AgentCriterionReported => true,

            // A request that nobody answered is asked again.
            ApprovalAnswered { Answer: var answer } => answer is not null || !IsSuspended,
            AgentSpawned or AgentStarted or AgentRetrying or AgentPaused or AgentResumed => !IsSuspended,
            _ => change.IsTerminal && !IsSuspended,
        };
        if (!counts)
        {
            return;
        }

        journal.Append(new JournalEntry(StreamOf(agent), agent.Id.ToString(), change.EventKind, key, change.Timestamp)
        {
            Event = change,
            IdempotencyKey = change is AgentSpawned { ParentId: null } && agent.Member is null ? agent.Goal.IdempotencyKey : null,
            EndsStream = change.IsTerminal && agent.Parent is null && agent.Member is null,
        });
    }

    /// <summary>Records that it is decided how an agent will end.</summary>
    public void RecordEndingLocked(AgentInstance agent, AgentEnding ending, Instant now)
    {
        if (!IsSuspended)
        {
            AppendLocked(agent, RecordKinds.Ending, key: null, now.Utc, JsonSerializer.SerializeToUtf8Bytes(new RecordedEnding(ending.Error?.Code, ending.Error?.Message, ending.Reason), RecordJson.Default.RecordedEnding));
        }
    }

    public void RecordReadLocked(AgentInstance agent, string key, Instant now) => AppendLocked(agent, RecordKinds.Read, key, now.Utc, []);

    public void RecordReturnedLocked(AgentInstance agent, Instant now) => AppendLocked(agent, RecordKinds.Returned, key: null, now.Utc, []);

    public void RecordCheckpointLocked(AgentInstance agent, string key, byte[] value, Instant now) => AppendLocked(agent, RecordKinds.Checkpoint, key, now.Utc, value);

    public void RecordStepLocked(AgentInstance agent, string key, byte[] step, Instant now) => AppendLocked(agent, RecordKinds.Step, key, now.Utc, step);

    public void RecordToolErrorLocked(AgentInstance agent, string key, Exception thrown, Instant now)
    {
        var error = new RecordedToolError(thrown.GetType().FullName!, thrown.Message);
        var data = JsonSerializer.SerializeToUtf8Bytes(error, RecordJson.Default.RecordedToolError);
        AppendLocked(agent, RecordKinds.ToolError, key, now.Utc, scheduler.Secrets?.Redact(data) ?? data);
    }

    /// <summary>Records the end of children and runs of an attempt that went on after a crash and ended without coming to them again: accepted goals end, all of them.</summary>
    public void RecordUnclaimedLocked(RecordedAgent recorded, AgentInstance agent, Instant now)
    {
        if (!IsSuspended)
        {
            EndUnclaimedLocked(recorded, StreamOf(agent), now);
        }
    }

    private void EndUnclaimedLocked(RecordedAgent recorded, string stream, Instant now)
    {
        foreach (var child in recorded.Children.Values)
        {
            EndLocked(child, stream, now);
        }

        foreach (var run in recorded.Runs.Values.Where(static run => run.Completed is null))
        {
            EndRunLocked(run, stream, now);
        }
    }

    /// <summary>Records the end of a run that nobody can go on with, and of its agents.</summary>
    public void EndRunLocked(RecordedRun run, string stream, Instant now)
    {
        run.Agents.ForEach(agent => EndLocked(agent, stream, now));
        var completed = new RunCompleted(0, now.Utc, Succeeded: false, run.Agents.Count, Skipped: 0, now.Utc - run.Started.Timestamp) { RunId = run.Id };
        journal.Append(new JournalEntry(stream, run.Id.ToString(), completed.EventKind, Key: null, now.Utc) { Event = completed, EndsStream = run.Key is null });
    }

    private void EndLocked(RecordedAgent agent, string stream, Instant now)
    {
        if (agent.Result is not null)
        {
            return;
        }

        EndUnclaimedLocked(agent, stream, now);
        const string Reason = "what it belonged to went on after a restart and ended without it";
        var result = new AgentResult { Id = agent.Id, Goal = agent.Goal, State = AgentState.Cancelled, CancelReason = Reason, Attempts = agent.Attempts, Duration = now.Utc - agent.SpawnedAt, Usage = agent.Usage + agent.UsageBelow };
        var cancelled = new AgentCancelled(0, now.Utc, Reason, result) { AgentId = agent.Id, RunId = agent.Run, ParentId = agent.ParentId };
        journal.Append(new JournalEntry(stream, agent.Id.ToString(), cancelled.EventKind, Key: null, now.Utc) { Event = cancelled });
    }

    /// <summary>Records a change of a run. Those of agents are recorded by themselves.</summary>
    public void RecordLocked(PlannedRun run, AgentEvent change, string? key)
    {
        var counts = change switch
        {
            ModelCallEnded or RunConditionJudged => true,
            RunGrown or RunGoalSkipped or RunStopping or RunCompleted => !IsSuspended,
            _ => false,
        };
        if (counts)
        {
            journal.Append(new JournalEntry(StreamOf(run), run.Trace.Id.ToString(), change.EventKind, key, change.Timestamp)
            {
                Event = change,
                EndsStream = change is RunCompleted && run.Owner is null,
            });
        }
    }

    /// <summary>Records the start of a run together with its plan, without which it could not go on.</summary>
    public void RecordStartLocked(PlannedRun run, RunStarted started, string? key, byte[] plan)
    {
        if (!IsSuspended)
        {
            var (stream, subject) = (StreamOf(run), run.Trace.Id.ToString());
            journal.Append(
                new JournalEntry(stream, subject, started.EventKind, key, started.Timestamp) { Event = started },
                new JournalEntry(stream, subject, RecordKinds.Plan, Key: null, started.Timestamp) { Data = plan });
        }
    }

    /// <summary>Records what belongs to a run and is no event.</summary>
    public void RecordLocked(PlannedRun run, string kind, byte[] data, Instant now, string? key = null)
    {
        Debug.Assert(scheduler.Gate.IsHeldByCurrentThread, "The order of records is that of the gate.");
        if (!IsSuspended)
        {
            journal.Append(new JournalEntry(StreamOf(run), run.Trace.Id.ToString(), kind, key, now.Utc) { Data = data });
        }
    }

    /// <summary>The stream of what the agent belongs to: the run or the host's agent at its root.</summary>
    public static string StreamOf(AgentInstance agent)
    {
        var extras = agent.EnsureExtras();
        return extras.Stream ??= agent.Member is { Run: var run } ? StreamOf(run) : agent.Parent is { } parent ? StreamOf(parent) : agent.Id.ToString();
    }

    public static string StreamOf(PlannedRun run) => run.Owner is { } owner ? StreamOf(owner) : run.Trace.Id.ToString();

    private void AppendLocked(AgentInstance agent, string kind, string? key, DateTimeOffset timestamp, byte[] data)
    {
        Debug.Assert(scheduler.Gate.IsHeldByCurrentThread, "The order of records is that of the gate.");
        journal.Append(new JournalEntry(StreamOf(agent), agent.Id.ToString(), kind, key, timestamp) { Data = data });
    }
}
