using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Stress;

/// <summary>Real threads and the real clock: many agents, cancelled, paused, resumed and resized at random from several threads, end with nothing left.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class SchedulerStressTests
{
    [Fact]
    [Trait("Category", "Stress")]
    public async Task INV13_INV16_RandomCancelPauseResizeAndFailure_LeaveNothingBehind()
    {
        const int Agents = 4_000;
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 4;
            options.MaxStartedAgents = 64;
            options.MaxRetainedEvents = 1 << 20;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.AgeingInterval = TimeSpan.FromMilliseconds(50);
        });
        await using var recorder = EventRecorder.Start(orchestrator);
        var handles = new AgentHandle[Agents];
        using var done = new CancellationTokenSource();
        for (var i = 0; i < Agents; i++)
        {
            handles[i] = await orchestrator.SpawnAsync(
                new AgentGoal("x")
                {
                    Priority = (AgentPriority)(1 + (i % 4)),
                    ConcurrencyGroup = i % 50 == 0 ? "g" : null,
                    Deadline = i % 9 == 0 ? TimeProvider.System.GetUtcNow().AddMilliseconds(i % 3000) : null,
                    Retry = new() { MaxAttempts = 1 + (i % 3), InitialDelay = TimeSpan.FromMilliseconds(i % 4) },
                    Timeouts = new() { Attempt = i % 7 == 0 ? TimeSpan.FromMilliseconds(2) : null },
                },
                new Busy(i));
        }

        // Four that steer at random, and one that makes sure that nobody stays paused or waits for a message.
        var steering = Enumerable.Range(1, 4).Select(seed => Task.Run(() => SteerAsync(orchestrator, handles, new Random(seed), done.Token))).ToArray();
        var releasing = Task.Run(() => ReleaseAsync(orchestrator, done.Token));
        var results = await orchestrator.WaitAllAsync().WaitAsync(TimeSpan.FromMinutes(2));
        await done.CancelAsync();
        await Task.WhenAll([.. steering, releasing]);
        await orchestrator.DisposeAsync();
        await recorder.Completion.WaitAsync(World.Hang);

        recorder.AssertAllEnded();
        recorder.AssertRunningAtMost(8);
        Assert.True(results.Count >= Agents);
        Assert.All(results, result => Assert.False(result.Detached));
        var counts = orchestrator.Scheduler.Count();
        Assert.Equal((0, 0, 0, 0), (counts.SlotsHeld, counts.Ready, orchestrator.Scheduler.Locks.Count, orchestrator.Scheduler.Endings.Detached));
        Assert.All(counts.AgentsByState.Take((int)AgentState.Completed), count => Assert.Equal(0, count));
    }

    private static async Task SteerAsync(AgentOrchestrator orchestrator, AgentHandle[] handles, Random random, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            var id = handles[random.Next(handles.Length)].Id;
            switch (random.Next(6))
            {
                case 0:
                    await orchestrator.CancelAsync(id);
                    break;
                case 1:
                    _ = orchestrator.PauseAsync(id, CancellationToken.None);
                    break;
                case 2:
                    await orchestrator.ResumeAsync(id);
                    break;
                case 3:
                    await orchestrator.SendAsync(id, "x");
                    break;
                case 4:
                    orchestrator.MaxConcurrentAgents = 1 + random.Next(8);
                    break;
                default:
                    orchestrator.Explain(id);
                    break;
            }

            await Task.Yield();
        }
    }

    private static async Task ReleaseAsync(AgentOrchestrator orchestrator, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            foreach (var status in orchestrator.ListAgents().Where(status => status.State is AgentState.Paused or AgentState.Waiting))
            {
                await orchestrator.ResumeAsync(status.Id);
                await orchestrator.SendAsync(status.Id, "x");
            }

            foreach (var request in orchestrator.ListApprovals())
            {
                await orchestrator.AnswerAsync(request.Id, approved: true);
            }

            await Task.Yield();
        }
    }

    private sealed class Busy(int number) : IAgent
    {
        public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            switch (number % 8)
            {
                case 0:
                    await context.ReceiveAsync();
                    break;
                case 1:
                    await using (await context.Locks.AcquireAsync(ResourceRequest.Exclusive($"r{number % 5}"), cancellationToken: cancellationToken))
                    {
                        await context.PausePointAsync();
                    }

                    break;
                case 2:
                    await context.WaitForAllAsync([await context.SpawnAsync("c", new Busy(number / 8)), await context.SpawnAsync("c", new Busy(1))]);
                    break;
                case 3:
                    await context.SpawnAsync("c", new Busy(0));
                    break;
                case 4:
                    await context.RequestApprovalAsync("x", TimeSpan.FromMilliseconds(3));
                    break;
                case 5:
                    await context.RunConcurrentlyAsync([async (fork, _) => await fork.ReceiveAsync(), async (fork, _) => await fork.PausePointAsync(), (fork, ct) => Task.Delay(1, ct)]);
                    break;
                case 6:
                    throw new InvalidOperationException();
                default:
                    context.Report("x", 50);
                    await context.PausePointAsync();
                    break;
            }

            return "x";
        }
    }
}
