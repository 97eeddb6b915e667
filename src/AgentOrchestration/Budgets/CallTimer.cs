namespace AgentOrchestration.Budgets;

/// <summary>Stops the calls in flight when the time of an account is over. Made only for accounts that limit it.</summary>
internal sealed class CallTimer(BudgetAccount account, TimeProvider time)
{
    private static readonly TimeSpan Finest = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    private readonly Lock _timerGate = new();
    private ITimer? _timer;

    /// <summary>The calls whose time runs; belongs to the account's gate.</summary>
    public HashSet<BudgetCall> Timed { get; } = [];

    /// <summary>Sees to it that it fires when the time is over. Called outside the account's gate, whenever the number of running calls has changed.</summary>
    public void Arm()
    {
        // The timer's own gate makes the last one to change the timer also the last one to have read the account.
        lock (_timerGate)
        {
            if (account.TimeUntilOver(time.GetTimestamp()) is not { } due)
            {
                // Nothing runs: no timer remains.
                _timer?.Dispose();
                _timer = null;
                return;
            }

            _timer ??= time.CreateTimer(static state => ((CallTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(due < Finest ? Finest : due < Longest ? due : Longest, Timeout.InfiniteTimeSpan);
        }
    }

    private void Fire()
    {
        var overdue = account.TakeOverdue(time.GetTimestamp());
        foreach (var call in overdue)
        {
            call.Stop();
        }

        if (overdue.Count == 0)
        {
            Arm();
        }
    }
}
