namespace AgentOrchestration.Scheduling;

/// <summary>What agents say about their own work. Works under the scheduler's gate.</summary>
internal sealed class AgentReports(AgentScheduler scheduler, AgentOrchestrationOptions options)
{
    public void Progress(Attempt attempt, string step, int? percent)
    {
        var now = Begin(attempt);
        var outbox = scheduler.NewOutbox();
        var agent = attempt.Agent;
        lock (scheduler.Gate)
        {
            if (!attempt.Closed)
            {
                scheduler.RecordLocked(agent, new AgentProgressed(0, now.Utc, step, percent ?? agent.Life.Progress) { Origin = agent.Origin }, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }

    public void Output(Attempt attempt, string delta)
    {
        var now = Begin(attempt);
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (!attempt.Closed)
            {
                attempt.AppendOutputLocked(delta, options.MaxPartialOutputCharacters);
                var ready = scheduler.Secrets is { } secrets ? attempt.HoldBackLocked(delta, secrets) : delta;
                if (ready.Length > 0)
                {
                    scheduler.RecordLocked(attempt.Agent, new AgentOutputProduced(0, now.Utc, ready) { Origin = attempt.Agent.Origin }, ref outbox);
                }
            }
        }

        scheduler.Flush(outbox);
    }

    public void Criterion(Attempt attempt, int index, CriterionResult result)
    {
        var now = Begin(attempt);
        var outbox = scheduler.NewOutbox();
        var agent = attempt.Agent;
        lock (scheduler.Gate)
        {
            if (!attempt.Closed)
            {
                (attempt.Verdicts ??= new CriterionResult?[agent.Goal.SuccessCriteria.Count])[index] = result;
                scheduler.RecordLocked(agent, new AgentCriterionReported(0, now.Utc, index, result) { Origin = agent.Origin }, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }

    /// <summary>Records a fact about the attempt's work, stamped here; dropped once the attempt has ended.</summary>
    public void Record(Attempt attempt, AgentEvent change, string? key = null)
    {
        Volatile.Write(ref attempt.Agent.LastSign, scheduler.Time.GetTimestamp());
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (!attempt.Closed)
            {
                scheduler.RecordLocked(attempt.Agent, change with { Timestamp = now.Utc, Origin = attempt.Agent.Origin }, ref outbox, key);
            }
        }

        scheduler.Flush(outbox);
    }

    public ValueTask SaveCheckpointAsync(AgentActivity activity, byte[] checkpoint)
    {
        var attempt = activity.AttemptOfActivity;
        var now = Begin(attempt);
        lock (scheduler.Gate)
        {
            attempt.ThrowIfEndedLocked();
            checkpoint = scheduler.Secrets?.Redact(checkpoint) ?? checkpoint;
            attempt.Agent.EnsureExtras().Checkpoint = checkpoint;
            scheduler.Journal?.RecordCheckpointLocked(attempt.Agent, activity.KeyOf(activity.Steps), checkpoint, now);
        }

        return scheduler.AcknowledgeAsync();
    }

    public byte[]? LoadCheckpoint(AgentActivity activity)
    {
        Begin(activity.AttemptOfActivity);
        lock (scheduler.Gate)
        {
            if (activity.Recorded is { } recorded)
            {
                StepRecall.LoadedLocked(activity, recorded);
            }

            return activity.Agent.Extras?.Checkpoint;
        }
    }

    // A report that races with the end of the attempt is dropped under the gate; one after it is the caller's mistake and throws here.
    private Instant Begin(Attempt attempt)
    {
        scheduler.Waits.EnsureOpen(attempt);
        return scheduler.Now();
    }
}
