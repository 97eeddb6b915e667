using System.Collections.Concurrent;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>INV-09: a clock is foreign code, which may fire timers when it is read; it is read with no gate held.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData(LockEventLevel.Contended)]
    [InlineData(LockEventLevel.All)]
    public async Task INV09_Clock_IsReadOutsideTheGates(LockEventLevel level)
    {
        var time = new WatchedTime();
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = time;
            options.MaxConcurrentAgents = 2;
            options.LockEvents = level;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
        });
        time.IsGateHeld = () => orchestrator.Scheduler.Gate.IsHeldByCurrentThread || orchestrator.Scheduler.Locks.IsGateHeld;
        var gate = new AgentGate();
        var report = ResourceRequest.Exclusive("report");
        var goal = new AgentGoal("x") { Retry = new AgentRetryPolicy { MaxAttempts = 2, InitialDelay = TimeSpan.Zero }, Deadline = time.GetUtcNow() + TimeSpan.FromDays(10_000) };

        var parent = await orchestrator.SpawnAsync(goal with { Resources = [new ResourceRequest(ResourceKey.Directory("src"))] }, new ScriptedAgent().Do(async (context, token) =>
        {
            var file = await context.Locks.AcquireFileAsync("src/a");
            var guard = await context.Locks.AcquireAsync(report with { Lease = TimeSpan.FromMinutes(1) });
            var child = await context.SpawnAsync(goal with { ConcurrencyGroup = "editors" }, new ScriptedAgent().Do(static (inner, _) => inner.Locks.AcquireFileAsync("src/a").AsTask()), lend: [file]);
            Assert.Null((await context.WaitForAsync(child)).Error);
            await gate.PassAsync(token);
            await context.RunConcurrentlyAsync([static (fork, _) => fork.Locks.AcquireAsync(ResourceRequest.Exclusive("other")).AsTask(), static (_, _) => Task.CompletedTask]);
        }));
        var waiting = await orchestrator.SpawnAsync(goal, new ScriptedAgent().Do(async (context, _) =>
        {
            await context.Locks.AcquireAsync(ResourceRequest.Exclusive("other"));
            await Assert.ThrowsAnyAsync<Exception>(async () => await context.Locks.AcquireAsync(report, TimeSpan.FromSeconds(1)));
        }));
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);

        // From here on they may end, or wait in a circle, of which one is told; all that counts is who reads the clock.
        gate.Open();
        for (var ended = Task.WhenAll(parent.Completion, waiting.Completion); !ended.IsCompleted; await Task.Yield())
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await orchestrator.CancelAllAsync();
        Assert.True(time.ReadUnderAGate.IsEmpty, string.Join("\n\n", time.ReadUnderAGate));
        Assert.True(time.Readings > 10);
    }

    private sealed class WatchedTime : FakeTimeProvider
    {
        private int _readings;

        public Func<bool>? IsGateHeld { get; set; }

        public int Readings => _readings;

        /// <summary>Where it was read under a gate. Kept and not thrown: a simulated clock does not survive what is thrown in a timer.</summary>
        public ConcurrentBag<string> ReadUnderAGate { get; } = [];

        public override DateTimeOffset GetUtcNow()
        {
            Look();
            return base.GetUtcNow();
        }

        public override long GetTimestamp()
        {
            Look();
            return base.GetTimestamp();
        }

        private void Look()
        {
            Interlocked.Increment(ref _readings);
            if (IsGateHeld?.Invoke() == true)
            {
                ReadUnderAGate.Add(Environment.StackTrace);
            }
        }
    }
}
