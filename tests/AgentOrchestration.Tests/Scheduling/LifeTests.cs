using AgentOrchestration.Agents;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>INV-13, 14, 15, 16 on generated lives: agents that do anything, and a host that does anything to them.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class LifeTests
{
    [Fact]
    public void INV15_Table_HasFinalStates_AndOnlyTheOnesThatEndAreReachedFromEverywhere()
    {
        var all = Enum.GetValues<AgentState>();
        foreach (var from in all)
        {
            Assert.Equal(!from.IsTerminal(), from.CanBecome(AgentState.Cancelled));
            Assert.Equal(!from.IsTerminal(), from.CanBecome(AgentState.Failed));
            Assert.Equal(from == AgentState.Running, from.CanBecome(AgentState.Completed));
            Assert.True(!from.IsTerminal() || !all.Any(to => from.CanBecome(to)));
        }
    }

    [Fact]
    public async Task INV13_INV14_INV15_INV16_AnythingAgentsAndHostDo_KeepsTheLaws() =>
        await Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Op.List[5, 40]).SampleAsync(async (capacity, started, ops) =>
        {
            await using var world = new World(
                capacity,
                options =>
                {
                    options.MaxStartedAgents = started;
                    options.CancellationGracePeriod = TimeSpan.FromSeconds(5);
                    options.AgeingInterval = TimeSpan.FromSeconds(4);
                    options.ConcurrencyGroups["two"] = 2;
                    options.MaxMailboxMessages = 2;
                },
                highestCapacity: 4);
            var handles = new List<AgentHandle>();
            foreach (var op in ops)
            {
                await DoAsync(world, handles, op);
                await world.SettleAsync();
                AssertConsistent(world);
            }

            // Whoever still waits for the host gets what it waits for; nobody may be left over.
            for (var round = 0; round < 200 && world.Orchestrator.ListAgents() is { Count: > 0 } left; round++)
            {
                foreach (var status in left)
                {
                    await world.Orchestrator.ResumeAsync(status.Id);
                    await world.Orchestrator.SendAsync(status.Id, "go on");
                }

                foreach (var request in world.Orchestrator.ListApprovals())
                {
                    await world.Orchestrator.AnswerAsync(request.Id, approved: true);
                }

                await world.AdvanceAsync(1);
                AssertConsistent(world);
            }

            var stuck = world.Orchestrator.ListAgents();
            Assert.True(stuck.Count == 0, string.Join("; ", stuck.Select(status => world.Orchestrator.Explain(status.Id))));
        }, iter: 100, threads: 1);

    private static Gen<(int Kind, int Which, int How)> Op => Gen.Select(Gen.Int[0, 19], Gen.Int[0, 1000], Gen.Int[0, 1 << 20]);

    private static async Task DoAsync(World world, List<AgentHandle> handles, (int Kind, int Which, int How) op)
    {
        var orchestrator = world.Orchestrator;
        var any = world.Orchestrator.ListAgents() is { Count: > 0 } live ? live[op.Which % live.Count].Id : default;
        switch (op.Kind)
        {
            case < 8:
                handles.Add(await world.SpawnAsync(GoalOf(world, op.How), ScriptOf(op.How, depth: 2)));
                break;
            case < 10:
                await orchestrator.CancelAsync(any);
                break;
            case < 12:
                _ = orchestrator.PauseAsync(any);
                break;
            case 12:
                await orchestrator.ResumeAsync(any);
                break;
            case 13:
                await orchestrator.SendAsync(any, "hello");
                break;
            case 14:
                orchestrator.MaxConcurrentAgents = 1 + (op.How % 4);
                break;
            case 15 when orchestrator.ListApprovals() is { Count: > 0 } open:
                await orchestrator.AnswerAsync(open[op.Which % open.Count].Id, op.How % 2 == 0);
                break;
            case 16:
                orchestrator.Cleanup();
                break;
            case 17 when op.How % 8 == 0:
                await orchestrator.CancelAllAsync();
                break;
            default:
                await world.AdvanceAsync(op.How % 40 / 10d);
                break;
        }
    }

    private static AgentGoal GoalOf(World world, int how) => new("x")
    {
        Priority = (AgentPriority)(1 + (how % 4)),
        ConcurrencyGroup = ((how >> 2) % 6) switch { 0 => "one", 1 => "two", _ => null },
        Deadline = (how >> 5) % 5 == 0 ? world.Time.GetUtcNow().AddSeconds(1 + ((how >> 7) % 20)) : null,
        Retry = new() { MaxAttempts = 1 + ((how >> 9) % 3), InitialDelay = TimeSpan.FromSeconds((how >> 11) % 3), RetryDetached = (how >> 12) % 2 == 0 },
        Timeouts = new()
        {
            Attempt = (how >> 13) % 6 == 0 ? TimeSpan.FromSeconds(2) : null,
            Idle = (how >> 14) % 6 == 0 ? TimeSpan.FromSeconds(1.5) : null,
            Queue = (how >> 15) % 8 == 0 ? TimeSpan.FromSeconds(3) : null,
        },
    };

    private static ScriptedAgent ScriptOf(int seed, int depth)
    {
        var random = new Random(seed);
        var script = new ScriptedAgent();
        for (var step = random.Next(1, 6); step > 0; step--)
        {
            var inner = random.Next();
            script = random.Next(14) switch
            {
                0 => script.Report("step", random.Next(101)),
                1 => script.Output("text"),
                2 or 3 => script.Delay(TimeSpan.FromSeconds(random.Next(1, 4))),
                4 => script.Acquire($"r{random.Next(3)}", TimeSpan.FromSeconds(5)).Delay(TimeSpan.FromSeconds(1)).Release(),
                5 => script.AskApproval("may I?", TimeSpan.FromSeconds(random.Next(1, 9))),
                6 => script.Receive(),
                7 when depth > 0 => script.Spawn("child", ScriptOf(inner, depth - 1)),
                8 when depth > 0 => script.Spawn("child", ScriptOf(inner, depth - 1)).WaitForChildren(),
                9 => script.ThrowOnFirst(random.Next(3), new InvalidOperationException()),
                10 => script.Do(async (context, _) => await context.RunConcurrentlyAsync(
                [
                    async (fork, ct) => await Task.Delay(TimeSpan.FromSeconds(1 + (inner % 3)), fork.Time, ct),
                    async (fork, _) => await fork.ReceiveAsync(),
                    async (fork, ct) =>
                    {
                        await using var guard = await fork.Locks.AcquireAsync(ResourceRequest.Exclusive($"r{inner % 3}"), cancellationToken: ct);
                        await fork.PausePointAsync();
                    },
                ])),
                11 when inner % 4 == 0 => script.Do((context, _) => Task.Delay(TimeSpan.FromSeconds(8), context.Time, CancellationToken.None)),
                12 when inner % 3 == 0 => script.Do(context => { _ = context.ReceiveAsync().AsTask(); }),
                13 when inner % 3 == 0 => script.Do(async (context, ct) => await context.RunConcurrentlyAsync([(fork, forkToken) => { var left = fork.ReceiveAsync().AsTask(); return Task.CompletedTask; }, async (fork, forkToken) => await fork.RequestApprovalAsync("x", TimeSpan.FromSeconds(2))])),
                13 when inner % 3 == 1 => script.Do(async (context, ct) => { var left = context.RunConcurrentlyAsync([(fork, forkToken) => Task.Delay(TimeSpan.FromSeconds(inner % 12), fork.Time, CancellationToken.None)]).AsTask(); await Task.Yield(); }),
                _ => script.PausePoint(),
            };
        }

        return script;
    }

    private static void AssertConsistent(World world)
    {
        // INV-15: the status is the sum of the events, which go along the table.
        var lives = new Dictionary<AgentId, AgentLife>();
        foreach (var e in world.Events.Events)
        {
            if (e.AgentId is { } id)
            {
                var life = lives.GetValueOrDefault(id);
                var before = life.State;
                life.Apply(e);
                Assert.True(before == life.State || before.CanBecome(life.State), $"{e}: {before} became {life.State}");
                lives[id] = life;
            }
        }

        var statuses = world.Orchestrator.ListAgents(includeEnded: true);
        foreach (var status in statuses)
        {
            var life = lives[status.Id];
            Assert.Equal(
                (status.State, status.Attempt, status.Progress, status.CurrentStep, status.Error, status.StartedAt, status.CompletedAt),
                (life.State, life.Attempt, life.Progress, life.Step, life.Error, life.StartedAt, life.CompletedAt));
            Assert.True(life.Wait is null || status.WaitingFor == life.Wait);
            Assert.Equal(status.State is AgentState.Idle or AgentState.Waiting or AgentState.Paused, status.WaitingFor is not null);
        }

        // INV-13 and INV-14: who runs holds a slot, and nobody who needs only a slot waits while one is free.
        var counts = world.Orchestrator.Scheduler.Count();
        Assert.Equal(statuses.Count(status => status.State == AgentState.Running), counts.SlotsHeld);
        Assert.True(
            counts.SlotsHeld >= counts.Capacity || !statuses.Any(status => status is { State: AgentState.Idle or AgentState.Waiting, WaitingFor.Kind: AgentWaitKind.Slot, Attempt: > 0 }),
            "A slot is free and an agent waits for one.");
    }
}
