using System.Diagnostics;
using AgentOrchestration.Events;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>Makes events of what happens to locks. They are appended where it happens, with the wait gate held, so that their order is that of the locks; telemetry follows outside.</summary>
internal sealed class LockRecorder(EventLog log, LockTelemetry telemetry, LockEventLevel level, CoarseClock clock) : ILockObserver
{
    public bool ObservesHolds => level == LockEventLevel.All;

    public bool TracesWaits => SchedulerTelemetry.HasSpanListeners;

    public void WaitBeganLocked(LockWaiter waiter)
    {
        waiter.BeganAt = 0;
        if (level == LockEventLevel.Exceptional && !telemetry.MeasuresWaits)
        {
            return;
        }

        var now = clock.UtcNow;
        waiter.BeganAt = now.UtcTicks;
        if (level == LockEventLevel.Exceptional)
        {
            return;
        }

        var agent = AgentOf(waiter.Owner);
        log.Append(
            new LockWaiting(0, now, waiter.Owner.Name, waiter.RequestsLocked(), waiter.DescribeBlockerLocked()) { Origin = agent?.Origin },
            agent);
    }

    public void OutcomeLocked(LockWaiter waiter)
    {
        if (level == LockEventLevel.Exceptional && waiter.BeganAt == 0)
        {
            return;
        }

        var now = clock.UtcNow;
        TimeSpan? waited = waiter.HasWaited ? waiter.Waited = Elapsed(waiter.BeganAt, now) : null;
        if (level == LockEventLevel.Exceptional)
        {
            return;
        }

        var agent = AgentOf(waiter.Owner);
        log.Append(
            waiter.Refusal is null
                ? new LockGranted(0, now, waiter.Owner.Name, waiter.RequestsLocked(), waiter.Guard.FencingToken, waited) { Origin = agent?.Origin }
                : new LockAbandoned(0, now, waiter.Owner.Name, waiter.RequestsLocked(), ReasonOf(waiter.Refusal), waited ?? TimeSpan.Zero) { Origin = agent?.Origin },
            agent);
    }

    public void HoldEndedLocked(EndedHold hold)
    {
        var agent = AgentOf(hold.Owner);
        var now = clock.UtcNow;
        log.Append(
            hold.Loss is { } reason
                ? new LockLost(0, now, hold.Owner.Name, hold.Key, hold.Mode, hold.FencingToken, reason) { Origin = agent?.Origin }
                : new LockReleased(0, now, hold.Owner.Name, hold.Key, hold.Mode, hold.FencingToken, Elapsed(hold.Since, now)) { Origin = agent?.Origin },
            agent);
    }

    public void DeadlockRefusedLocked(WaitParty who, IReadOnlyList<DeadlockLink> cycle)
    {
        var agent = AgentOf(who);
        log.Append(new DeadlockRefused(0, clock.UtcNow, cycle) { Origin = agent?.Origin }, agent);

        // The scheduler may ask with its own gate held: nothing that is done before this returns would be outside it.
        ThreadPool.UnsafeQueueUserWorkItem(new Refusal(telemetry, who, cycle.Count), preferLocal: false);
    }

    public void WaitOver(LockWaiter waiter)
    {
        if (waiter.BeganAt != 0 && telemetry.MeasuresWaits)
        {
            telemetry.WaitOver(waiter.First, waiter.Waited, OutcomeOf(waiter.Refusal));
        }
    }

    public void HoldEnded(EndedHold hold) => telemetry.HoldEnded(hold, ObservesHolds ? Elapsed(hold.Since, clock.UtcNow) : null);

    public Activity? StartSpan(in ResourceRequest first) => LockTelemetry.StartWait(first);

    public void EndSpan(Activity span, Exception? failure) => LockTelemetry.EndWait(span, OutcomeOf(failure));

    private static AgentInstance? AgentOf(WaitParty who) => (((who as LockOwner)?.Party ?? who) as AgentParty)?.Agent;

    // The clock may have been set back meanwhile.
    private static TimeSpan Elapsed(long since, DateTimeOffset now) => TimeSpan.FromTicks(Math.Max(0, now.UtcTicks - since));

    private static LockAbandonReason ReasonOf(Exception refusal) => refusal switch
    {
        TimeoutException => LockAbandonReason.Timeout,
        ResourceDeadlockException => LockAbandonReason.Deadlock,
        _ => LockAbandonReason.Cancelled,
    };

    private static string OutcomeOf(Exception? refusal) => refusal is null
        ? "granted"
        : ReasonOf(refusal) switch
        {
            LockAbandonReason.Timeout => "timeout",
            LockAbandonReason.Deadlock => "deadlock",
            _ => "cancelled",
        };

    private sealed class Refusal(LockTelemetry telemetry, WaitParty who, int parties) : IThreadPoolWorkItem
    {
        public void Execute() => telemetry.DeadlockRefused(who, parties);
    }
}
