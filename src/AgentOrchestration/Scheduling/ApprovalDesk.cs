namespace AgentOrchestration.Scheduling;

/// <summary>Open requests for approval. Works under the scheduler's gate.</summary>
internal sealed class ApprovalDesk(AgentScheduler scheduler)
{
    private readonly SortedDictionary<ulong, OpenRequest> _open = [];

    public IReadOnlyList<ApprovalRequest> List()
    {
        lock (scheduler.Gate)
        {
            return [.. _open.Values.Select(static open => open.Request)];
        }
    }

    public async ValueTask<ApprovalAnswer> RequestAsync(AgentActivity activity, string action, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        await activity.PausePointAsync().ConfigureAwait(false);
        var open = Open(activity, action);
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
            open = _open.GetValueOrDefault(id.Number);
        }

        return open is not null && open.Request.Id == id && Close(open, answer);
    }

    private OpenRequest Open(AgentActivity activity, string action)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        OpenRequest open;
        lock (scheduler.Gate)
        {
            activity.AttemptOfActivity.ThrowIfEndedLocked();
            var request = new ApprovalRequest(scheduler.Registry.NextApprovalIdLocked(), activity.Id, action, now.Utc);
            open = new OpenRequest(request, activity.Agent, new TaskCompletionSource<ApprovalAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
            _open.Add(request.Id.Number, open);
            scheduler.RecordLocked(activity.Agent, new ApprovalRequested(0, now.Utc, request) { Origin = activity.Agent.Origin }, ref outbox);
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
            if (!_open.Remove(open.Request.Id.Number))
            {
                return false;
            }

            scheduler.RecordLocked(open.Agent, new ApprovalAnswered(0, now.Utc, open.Request.Id, answer) { Origin = open.Agent.Origin }, ref outbox);
        }

        scheduler.Flush(outbox);
        return answer is null || open.Answer.TrySetResult(answer);
    }

    private sealed record OpenRequest(ApprovalRequest Request, AgentInstance Agent, TaskCompletionSource<ApprovalAnswer> Answer);
}
