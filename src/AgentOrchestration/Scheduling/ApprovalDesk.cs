namespace AgentOrchestration.Scheduling;

/// <summary>Open requests for approval. Works under the scheduler's gate.</summary>
internal sealed class ApprovalDesk(AgentScheduler scheduler)
{
    private readonly OrderedDictionary<ApprovalId, OpenRequest> _open = [];

    public IReadOnlyList<ApprovalRequest> List()
    {
        lock (scheduler.Gate)
        {
            return [.. _open.Values.Select(static open => open.Request)];
        }
    }

    public async ValueTask<ApprovalAnswer> RequestAsync(AgentActivity activity, string action, string key, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        await activity.PausePointAsync().ConfigureAwait(false);
        if (scheduler.Recall.FindAnswer(activity, key, action) is { } answered)
        {
            return answered.Answer ?? throw new TimeoutException($"Nobody answered {answered.ApprovalId} of agent {activity.Id} in time; the request was withdrawn.");
        }

        var open = Claim(activity, action, key) ?? Open(activity, action, key);
        if (timeout is { } limit && open.IsRestored)
        {
            // It has been open since before the crash.
            var left = open.Request.RequestedAt + limit - scheduler.Time.GetUtcNow();
            timeout = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        try
        {
            await activity.WaitAsync(AgentWaitKind.Approval, open.Request.Id.ToString(), AnsweredAsync(open, timeout, cancellationToken)).ConfigureAwait(false);
            return await open.Answer.Task.ConfigureAwait(false);
        }
        finally
        {
            Close(open, answer: null);
        }
    }

    public bool Answer(ApprovalId id, ApprovalAnswer answer)
    {
        OpenRequest? open;
        lock (scheduler.Gate)
        {
            open = _open.GetValueOrDefault(id);
        }

        return open is not null && Close(open, answer);
    }

    /// <summary>A request that was open at the crash is open again, and can be answered before the agent comes to it.</summary>
    public void RestoreLocked(AgentInstance agent, ApprovalRequest request, string key, ref Outbox outbox)
    {
        var open = new OpenRequest(request, agent, key, new TaskCompletionSource<ApprovalAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)) { IsRestored = true };
        if (_open.TryAdd(request.Id, open))
        {
            (agent.EnsureExtras().Requests ??= []).Add(key, open);
            scheduler.RepeatLocked(agent, new ApprovalRequested(0, request.RequestedAt, request) { Origin = agent.Origin }, ref outbox);
        }
    }

    /// <summary>The attempt has ended: what it did not ask for again is withdrawn.</summary>
    public void WithdrawLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        foreach (var (key, open) in agent.Extras?.Requests ?? [])
        {
            if (_open.Remove(open.Request.Id))
            {
                scheduler.RecordLocked(agent, new ApprovalAnswered(0, now.Utc, open.Request.Id, Answer: null) { Origin = agent.Origin }, ref outbox, key);
            }
        }
    }

    // The same question in the same step: what was answered in the meantime counts.
    private OpenRequest? Claim(AgentActivity activity, string action, string key)
    {
        lock (scheduler.Gate)
        {
            return activity.Agent.Extras?.Requests is { } requests && requests.TryGetValue(key, out var open)
                && string.Equals(open.Request.Action, action, StringComparison.Ordinal) && requests.Remove(key)
                ? open
                : null;
        }
    }

    private OpenRequest Open(AgentActivity activity, string action, string key)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        OpenRequest open;
        lock (scheduler.Gate)
        {
            activity.AttemptOfActivity.ThrowIfEndedLocked();
            var request = new ApprovalRequest(scheduler.Registry.NextApprovalIdLocked(), activity.Id, action, now.Utc);
            open = new OpenRequest(request, activity.Agent, key, new TaskCompletionSource<ApprovalAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
            _open.Add(request.Id, open);
            scheduler.RecordLocked(activity.Agent, new ApprovalRequested(0, now.Utc, request) { Origin = activity.Agent.Origin }, ref outbox, key);
        }

        scheduler.Flush(outbox);
        return open;
    }

    // Withdraws the request the moment its time is over: the agent may still have to wait for a slot before it can do so itself.
    private async Task AnsweredAsync(OpenRequest open, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        try
        {
            await (timeout is { } limit ? open.Answer.Task.WaitAsync(limit, scheduler.Time, cancellationToken) : open.Answer.Task.WaitAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (TimeoutException timedOut)
        {
            if (Close(open, answer: null))
            {
                throw new TimeoutException($"Nobody answered {open.Request.Id} of agent {open.Agent.Id} within {timeout}; the request is withdrawn.", timedOut);
            }

            // Answered at the same moment, and the host was told that it counts.
            await open.Answer.Task.ConfigureAwait(false);
        }
    }

    // Answered, timed out or withdrawn: whichever closes it first counts.
    private bool Close(OpenRequest open, ApprovalAnswer? answer)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (!_open.Remove(open.Request.Id))
            {
                return false;
            }

            scheduler.RecordLocked(open.Agent, new ApprovalAnswered(0, now.Utc, open.Request.Id, answer) { Origin = open.Agent.Origin }, ref outbox, open.Key);
        }

        scheduler.Flush(outbox);
        return answer is null || open.Answer.TrySetResult(answer);
    }

}
