using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Testing;

/// <summary>A clock that stands still until the test moves it, and that knows its timers: it can run the simulation on until something has happened.</summary>
/// <remarks>
/// <para><see cref="FakeTimeProvider.Advance"/> moves it by hand. <see cref="RunUntilAsync(Task, TimeSpan?)"/> moves it from timer to timer, each time that nothing else can make
/// progress, so that hours of simulated time take milliseconds and need not be counted out in the test.</para>
/// <para>"Nothing else" is judged by the thread pool: no work item is queued, and no pool thread works, several times in a row. So it does not see
/// real I/O, timers of the system's clock, and threads outside the pool; an agent that awaits one of these may find that time has passed meanwhile. And it is a judgement
/// about the whole process: tests that use it should not run in parallel with others. A pool thread that stays busy for half a second counts as blocked, not as working.</para>
/// </remarks>
/// <example><code>
/// var time = new SimulatedTime();
/// await using var orchestrator = AgentOrchestrator.Create(o => o.TimeProvider = time);
/// var handle = await orchestrator.SpawnAsync("wait", new ScriptedAgent().Delay(TimeSpan.FromHours(3)).Return("done"));
/// var result = await time.RunUntilAsync(handle.Completion);   // result.Duration is 3 h
/// </code></example>
public sealed class SimulatedTime : FakeTimeProvider
{
    private const int CalmRounds = 8;

    private static readonly TimeSpan DefaultLimit = TimeSpan.FromDays(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    // One judge at a time: two would each take the other for work.
    private static readonly SemaphoreSlim Judge = new(1, 1);

    // Pool threads that are blocked for good, as a test runner's may be.
    private static int _blockedThreads;

    private readonly Lock _gate = new();
    private readonly SortedSet<TrackedTimer> _due = new(TrackedTimer.ByDueTime);
    private long _lastTimer;

    /// <summary>A clock that shows 2000-01-01 00:00 UTC.</summary>
    public SimulatedTime()
    {
    }

    /// <summary>A clock that shows this moment.</summary>
    public SimulatedTime(DateTimeOffset start)
        : base(start)
    {
    }

    /// <summary>When the next timer is due; null if none is.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
            {
                return _due.Min?.Due;
            }
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new TrackedTimer(this, Interlocked.Increment(ref _lastTimer), callback, state);
        timer.Attach(base.CreateTimer(static tracked => ((TrackedTimer)tracked!).Fire(), timer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes the task by moving the clock to the next due timer, again and again, whenever nothing else can make progress.</summary>
    /// <param name="task">What is to happen.</param>
    /// <param name="limit">Longest simulated time; null for one day.</param>
    /// <exception cref="TimeoutException">It did not happen within the limit, or cannot happen because no timer is due; the message says what was pending.</exception>
    public async Task RunUntilAsync(Task task, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        var start = GetUtcNow();
        var end = start + (limit ?? DefaultLimit);
        while (true)
        {
            await SettleAsync(task).ConfigureAwait(false);
            if (!task.IsCompleted && NextDue is null)
            {
                // What is left may be real I/O, which brings a timer or the end.
                await WaitForTimerAsync(task).ConfigureAwait(false);
            }

            if (task.IsCompleted)
            {
                await task.ConfigureAwait(false);
                return;
            }

            if (NextDue is not { } next || next > end)
            {
                throw new TimeoutException($"The task did not complete within {end - start} of simulated time; {GetUtcNow() - start} have passed. {DescribePending()}");
            }

            var step = next - GetUtcNow();
            Advance(step > TimeSpan.Zero ? step : TimeSpan.Zero);
        }
    }

    /// <inheritdoc cref="RunUntilAsync(Task, TimeSpan?)"/>
    /// <returns>The task's result.</returns>
    public async Task<T> RunUntilAsync<T>(Task<T> task, TimeSpan? limit = null)
    {
        await RunUntilAsync((Task)task, limit).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <summary>Moves the clock on by this time, timer by timer, letting everything that follows from each timer happen before the next.</summary>
    /// <param name="duration">From zero.</param>
    public async Task RunForAsync(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var end = GetUtcNow() + duration;
        await SettleAsync().ConfigureAwait(false);
        while (NextDue is { } next && next <= end)
        {
            var step = next - GetUtcNow();
            Advance(step > TimeSpan.Zero ? step : TimeSpan.Zero);
            await SettleAsync().ConfigureAwait(false);
        }

        Advance(end - GetUtcNow());
        await SettleAsync().ConfigureAwait(false);
    }

    /// <summary>Completes when nothing makes progress any more without the clock being moved; within the limits that the class describes.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "It belongs to the clock that a test holds, beside the members that move it.")]
    public Task SettleAsync() => SettleAsync(until: null);

    private static async Task SettleAsync(Task? until)
    {
        await Judge.WaitAsync().ConfigureAwait(false);
        try
        {
            // On a thread of its own: on the pool its looking would itself be work, for which the pool wakes threads.
            await Task.Factory.StartNew(() => WatchPool(until), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            Judge.Release();
        }
    }

    private static void WatchPool(Task? until)
    {
        var start = System.GetTimestamp();
        var fewest = int.MaxValue;
        var spinner = default(SpinWait);
        for (var calm = 0; calm < CalmRounds && until is not { IsCompleted: true };)
        {
            var busy = BusyThreads();
            fewest = Math.Min(fewest, busy);
            _blockedThreads = System.GetElapsedTime(start) > Patience ? fewest : Math.Min(_blockedThreads, busy);
            calm = ThreadPool.PendingWorkItemCount == 0 && busy <= _blockedThreads ? calm + 1 : 0;
            if (calm == 0)
            {
                // Gives the processor away, for up to a millisecond after some rounds.
                spinner.SpinOnce();
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    private static int BusyThreads()
    {
        ThreadPool.GetMaxThreads(out var all, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return all - free;
    }

    private async Task WaitForTimerAsync(Task task)
    {
        var start = System.GetTimestamp();
        while (!task.IsCompleted && NextDue is null && System.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), System).ConfigureAwait(false);
        }
    }

    private string DescribePending()
    {
        const int Shown = 5;
        var now = GetUtcNow();
        lock (_gate)
        {
            if (_due.Count == 0)
            {
                return "No timer is due, so nothing on this clock can complete it: it waits for the test (a gate, a message, an approval), or uses another clock.";
            }

            var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Timers due: {_due.Count}, the next ones in ");
            return text.AppendJoin(", ", _due.Take(Shown).Select(timer => timer.Due - now)).Append('.').ToString();
        }
    }

    private sealed class TrackedTimer(SimulatedTime time, long number, TimerCallback callback, object? state) : ITimer
    {
        private ITimer? _inner;
        private TimeSpan _period;

        public static IComparer<TrackedTimer> ByDueTime { get; } = Comparer<TrackedTimer>.Create(static (x, y) => x.Due != y.Due ? x.Due.CompareTo(y.Due) : x.Number.CompareTo(y.Number));

        public DateTimeOffset Due { get; private set; }

        private long Number { get; } = number;

        public void Attach(ITimer inner) => _inner = inner;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._due.Remove(this);
                _period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = time.GetUtcNow() + dueTime;
                    time._due.Add(this);
                }
            }

            if (_inner!.Change(dueTime, period))
            {
                return true;
            }

            Forget();
            return false;
        }

        public void Fire()
        {
            lock (time._gate)
            {
                time._due.Remove(this);
                if (_period > TimeSpan.Zero)
                {
                    Due += _period;
                    time._due.Add(this);
                }
            }

            callback(state);
        }

        public void Dispose()
        {
            Forget();
            _inner!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Forget();
            return _inner!.DisposeAsync();
        }

        private void Forget()
        {
            lock (time._gate)
            {
                time._due.Remove(this);
            }
        }
    }
}
