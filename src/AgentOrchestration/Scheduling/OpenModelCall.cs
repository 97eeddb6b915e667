using AgentOrchestration.Budgets;

namespace AgentOrchestration.Scheduling;

internal sealed class OpenModelCall(AgentActivity activity, BudgetCall call, LlmPurpose purpose) : ModelCallScope
{
    private readonly long _start = activity.Time.GetTimestamp();
    private string? _client;
    private bool _isOver;

    public override long? MaxOutputTokens => call.MaxOutputTokens;

    public override CancellationToken CancellationToken => call.Token;

    public override BudgetExceededException? TimeIsOver =>
        call.TimeOver is { } account && !activity.CancellationToken.IsCancellationRequested ? BudgetAccount.TimeIsOver(activity.Id, account) : null;

    private AgentReports Reports => activity.Agent.Scheduler.Reports;

    public override void Routed(LlmRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        call.Account.SetPrice(call, route.Price);
        Volatile.Write(ref _client, route.Client);
        Reports.Record(activity.AttemptOfActivity, new ModelRouted(0, default, purpose, route));
    }

    public override async ValueTask WaitAsync(Task granted)
    {
        ArgumentNullException.ThrowIfNull(granted);
        if (granted.IsCompleted)
        {
            await granted.ConfigureAwait(false);
            return;
        }

        call.Account.StopTime(call);
        try
        {
            await activity.WaitAsync(AgentWaitKind.Permit, "model", granted.WaitAsync(activity.CancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            call.Account.StartTime(call);
        }
    }

    public override void SignalAlive() => activity.SignalAlive();

    public override void Complete(long inputTokens, long outputTokens) => End(inputTokens, outputTokens, succeeded: true);

    public override void Fail(long inputTokens, long outputTokens) => End(inputTokens, outputTokens, succeeded: false);

    public override void Dispose() => End(inputTokens: 0, outputTokens: 0, succeeded: false);

    private void End(long inputTokens, long outputTokens, bool succeeded)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        var used = call.Account.Settle(call, inputTokens, outputTokens);
        Reports.Record(activity.AttemptOfActivity, new ModelCallEnded(0, default, purpose, Volatile.Read(ref _client), succeeded, used, activity.Time.GetElapsedTime(_start)));
    }
}
