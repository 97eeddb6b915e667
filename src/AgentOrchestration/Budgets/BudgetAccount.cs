using System.Diagnostics;

namespace AgentOrchestration.Budgets;

/// <summary>What one agent and its descendants have used and reserved, under its limits. The accounts of a tree share one gate; it is entered alone, or below the scheduler's.</summary>
internal sealed class BudgetAccount
{
    private readonly Lock _gate;
    private readonly AgentBudget _limits;
    private readonly TimeProvider _time;
    private readonly CallTimer? _timer;
    private readonly List<TaskCompletionSource>? _waiters;
    private readonly HashSet<BudgetCall> _open = [];
    private AgentUsage _settled = AgentUsage.None;
    private CallClock _clock;
    private long _reservedTokens;
    private decimal _reservedCost;

    public BudgetAccount(AgentId owner, BudgetAccount? parent, AgentBudget limits, TimeProvider time)
    {
        Owner = owner;
        Parent = parent;
        _limits = limits;
        _time = time;
        _gate = parent?._gate ?? new Lock();
        _waiters = parent is null ? [] : null;
        _timer = limits.MaxCallTime is null ? null : new CallTimer(this, time);
        HasCallTimeLimit = _timer is not null || parent is { HasCallTimeLimit: true };
    }

    public AgentId Owner { get; }

    public BudgetAccount? Parent { get; }

    public bool HasCallTimeLimit { get; }

    private List<TaskCompletionSource> Waiters => _waiters ?? Parent!.Waiters;

    /// <summary>Begins with what was used before. What is above has counted it by itself.</summary>
    public void Restore(AgentUsage used)
    {
        lock (_gate)
        {
            _settled += used with { CallTime = TimeSpan.Zero };
            _clock.Restore(used.CallTime);
        }
    }

    /// <summary>Allows a call of a model and reserves what it may use.</summary>
    /// <param name="caller">The agent that calls.</param>
    /// <param name="estimate">What is known before the call.</param>
    /// <param name="token">The token of the attempt.</param>
    /// <param name="room">If the call must wait until others are settled: completes when that may have changed.</param>
    /// <returns>The call; null if it must wait.</returns>
    /// <exception cref="BudgetExceededException">A limit does not allow it, whatever others settle.</exception>
    public BudgetCall? OpenModelCall(AgentId caller, in ModelCallEstimate estimate, CancellationToken token, out Task? room)
    {
        var now = _time.GetTimestamp();
        room = null;
        BudgetCall call;
        lock (_gate)
        {
            var output = estimate.MaxOutputTokens;
            var isFull = false;
            for (var account = this; account is not null; account = account.Parent)
            {
                account.ThrowIfOverLocked(caller, now);
                if (account._limits.MaxModelCalls is { } calls && account._settled.ModelCalls >= calls)
                {
                    throw account.Exceeded(caller, AgentBudgetLimit.ModelCalls, calls);
                }

                isFull |= !account.ClampLocked(caller, estimate, ref output);
            }

            if (isFull)
            {
                var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Waiters.Add(settled);
                room = settled.Task;
                return null;
            }

            call = NewCall(estimate.Price, token);
            call.MaxOutputTokens = output;
            call.ReservedTokens = estimate.InputTokens + (output ?? 0);
            call.ReservedCost = estimate.Price?.Of(estimate.InputTokens, output ?? 0) ?? 0;
            for (var account = this; account is not null; account = account.Parent)
            {
                account._settled = account._settled with { ModelCalls = account._settled.ModelCalls + 1 };
                account._reservedTokens += call.ReservedTokens;
                account._reservedCost += call.ReservedCost;
            }

            StartTimeLocked(call, now);
        }

        ArmTimers();
        return call;
    }

    /// <summary>Allows a call of a tool; its time does not run yet.</summary>
    /// <exception cref="BudgetExceededException">A limit does not allow it.</exception>
    public BudgetCall OpenToolCall(AgentId caller, CancellationToken token)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            for (var account = this; account is not null; account = account.Parent)
            {
                account.ThrowIfOverLocked(caller, now);
                if (account._limits.MaxToolCalls is { } calls && account._settled.ToolCalls >= calls)
                {
                    throw account.Exceeded(caller, AgentBudgetLimit.ToolCalls, calls);
                }
            }

            AddToolCallsLocked(1);
            return NewCall(price: null, token);
        }
    }

    /// <summary>The tool was not called after all.</summary>
    public void TakeBack(BudgetCall call)
    {
        lock (_gate)
        {
            if (call.IsOpen)
            {
                call.IsOpen = false;
                _open.Remove(call);
                AddToolCallsLocked(-1);
            }
        }

        call.Release();
    }

    /// <summary>Another client answers the call than was thought: what it uses costs this much.</summary>
    public void SetPrice(BudgetCall call, ModelPrice? price)
    {
        lock (_gate)
        {
            call.Price = price ?? call.Price;
        }
    }

    /// <summary>Lets the time of the call run.</summary>
    public void StartTime(BudgetCall call)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            if (!call.IsOpen || call.IsTimed)
            {
                return;
            }

            StartTimeLocked(call, now);
        }

        ArmTimers();
    }

    /// <summary>The call waits for something: its time stands still.</summary>
    public void StopTime(BudgetCall call)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            StopTimeLocked(call, now);
        }

        ArmTimers();
    }

    /// <summary>The call is over and has used this much.</summary>
    public AgentUsage Settle(BudgetCall call, long inputTokens, long outputTokens)
    {
        var now = _time.GetTimestamp();
        AgentUsage used;
        TaskCompletionSource[] waiters = [];
        lock (_gate)
        {
            if (!call.IsOpen)
            {
                return AgentUsage.None;
            }

            used = new AgentUsage { InputTokens = inputTokens, OutputTokens = outputTokens, Cost = call.Price?.Of(inputTokens, outputTokens) ?? 0 };
            call.IsOpen = false;
            _open.Remove(call);
            StopTimeLocked(call, now);
            for (var account = this; account is not null; account = account.Parent)
            {
                account._settled += used;
                account._reservedTokens -= call.ReservedTokens;
                account._reservedCost -= call.ReservedCost;
            }

            if (Waiters.Count > 0)
            {
                waiters = [.. Waiters];
                Waiters.Clear();
            }
        }

        ArmTimers();
        call.Release();
        foreach (var waiter in waiters)
        {
            waiter.TrySetResult();
        }

        return used;
    }

    /// <summary>The attempt has ended: what its code left open, because it was detached or careless, is over.</summary>
    public void CloseCalls()
    {
        BudgetCall[] open;
        lock (_gate)
        {
            open = [.. _open];
        }

        foreach (var call in open)
        {
            Settle(call, inputTokens: 0, outputTokens: 0);
        }
    }

    /// <summary>What has been used by now.</summary>
    public AgentUsage Used(long now)
    {
        lock (_gate)
        {
            return _settled with { CallTime = _clock.Elapsed(now, _time) };
        }
    }

    /// <summary>What is left by now of this account's limits and those above it, without what is reserved.</summary>
    public AgentBudget Left(long now)
    {
        lock (_gate)
        {
            var left = AgentBudget.Unlimited;
            for (var account = this; account is not null; account = account.Parent)
            {
                var limits = account._limits;
                left = new AgentBudget
                {
                    MaxTokens = Least(left.MaxTokens, limits.MaxTokens - account._settled.Tokens - account._reservedTokens),
                    MaxModelCalls = Least(left.MaxModelCalls, limits.MaxModelCalls - account._settled.ModelCalls),
                    MaxToolCalls = Least(left.MaxToolCalls, limits.MaxToolCalls - account._settled.ToolCalls),
                    MaxCost = Least(left.MaxCost, limits.MaxCost - account._settled.Cost - account._reservedCost),
                    MaxCallTime = Least(left.MaxCallTime, limits.MaxCallTime - account._clock.Elapsed(now, _time)),
                };
            }

            return left;
        }
    }

    /// <summary>The error of a call that was cancelled because time was over.</summary>
    public static BudgetExceededException TimeIsOver(AgentId caller, BudgetAccount account) => account.Exceeded(caller, AgentBudgetLimit.CallTime, account._limits.MaxCallTime!.Value);

    /// <summary>How long until the time is over if nothing changes; null if it is not running.</summary>
    public TimeSpan? TimeUntilOver(long now)
    {
        lock (_gate)
        {
            return _clock.Until(_limits.MaxCallTime!.Value, now, _time);
        }
    }

    /// <summary>The calls in flight if the time is over, which are then to be stopped.</summary>
    public IReadOnlyList<BudgetCall> TakeOverdue(long now)
    {
        lock (_gate)
        {
            if (_clock.Elapsed(now, _time) < _limits.MaxCallTime)
            {
                return [];
            }

            foreach (var call in _timer!.Timed)
            {
                call.TimeOver ??= this;
            }

            return [.. _timer.Timed];
        }
    }

    private static T? Least<T>(T? left, T? right)
        where T : struct, IComparable<T>
    {
        if (right is not { } amount)
        {
            return left;
        }

        var floored = amount.CompareTo(default) < 0 ? default : amount;
        return left is { } other && other.CompareTo(floored) <= 0 ? left : floored;
    }

    // Reduces the output to what this account has left. False if calls in flight hold back what is needed.
    private bool ClampLocked(AgentId caller, in ModelCallEstimate estimate, ref long? output)
    {
        var hasRoom = true;
        if (_limits.MaxTokens is { } tokens)
        {
            var left = tokens - _settled.Tokens;
            if (left <= estimate.InputTokens)
            {
                throw Exceeded(caller, AgentBudgetLimit.Tokens, tokens);
            }

            left -= _reservedTokens;
            hasRoom = left > estimate.InputTokens;
            output = Math.Max(1, Math.Min(output ?? long.MaxValue, left - estimate.InputTokens));
        }

        if (_limits.MaxCost is { } cost)
        {
            var price = estimate.Price ?? throw new InvalidOperationException(
                $"The budget of agent {Owner} limits cost, and the model's client has no price: give it a {nameof(ModelPrice)} where it is registered.");
            var left = cost - _settled.Cost - price.Of(estimate.InputTokens, 0);
            var ofOne = price.Of(0, 1);
            if (left < ofOne || left <= 0)
            {
                throw Exceeded(caller, AgentBudgetLimit.Cost, cost);
            }

            left -= _reservedCost;
            hasRoom &= left >= ofOne && left > 0;
            if (ofOne > 0)
            {
                output = Math.Max(1, Math.Min(output ?? long.MaxValue, (long)Math.Min(left / ofOne, long.MaxValue / 2)));
            }
        }

        return hasRoom;
    }

    private void ThrowIfOverLocked(AgentId caller, long now)
    {
        if (_limits.MaxCallTime is { } limit && _clock.Elapsed(now, _time) >= limit)
        {
            throw Exceeded(caller, AgentBudgetLimit.CallTime, limit);
        }
    }

    private BudgetExceededException Exceeded(AgentId caller, AgentBudgetLimit limit, object allowed) => new(caller, Owner, limit, allowed);

    private BudgetCall NewCall(ModelPrice? price, CancellationToken token)
    {
        var stop = HasCallTimeLimit ? CancellationTokenSource.CreateLinkedTokenSource(token) : null;
        var call = new BudgetCall(this, price, stop, stop?.Token ?? token);
        _open.Add(call);
        return call;
    }

    private void AddToolCallsLocked(int calls)
    {
        for (var account = this; account is not null; account = account.Parent)
        {
            account._settled = account._settled with { ToolCalls = account._settled.ToolCalls + calls };
        }
    }

    private void StartTimeLocked(BudgetCall call, long now)
    {
        Debug.Assert(!call.IsTimed, "The time of the call runs already.");
        call.IsTimed = true;
        for (var account = this; account is not null; account = account.Parent)
        {
            account._clock.Add(1, now, _time);
            account._timer?.Timed.Add(call);
        }
    }

    private void StopTimeLocked(BudgetCall call, long now)
    {
        if (!call.IsTimed)
        {
            return;
        }

        call.IsTimed = false;
        for (var account = this; account is not null; account = account.Parent)
        {
            account._clock.Add(-1, now, _time);
            account._timer?.Timed.Remove(call);
        }
    }

    private void ArmTimers()
    {
        for (var account = HasCallTimeLimit ? this : null; account is not null; account = account.Parent)
        {
            account._timer?.Arm();
        }
    }
}
