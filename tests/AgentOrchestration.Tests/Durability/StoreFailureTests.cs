using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Durability;

/// <summary>What an orchestrator does when its store fails, its lease is lost or records are damaged; and what is kept of what.</summary>
public sealed class StoreFailureTests
{
    private const string Canary = "canary-7f3a";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly JsonTypeInfo<string> Text = (JsonTypeInfo<string>)JsonSerializerOptions.Default.GetTypeInfo(typeof(string));

    [Fact]
    public async Task AStoreThatFailsForGood_EndsWhatRuns_AndAcknowledgesNothingMore()
    {
        var store = new FailingStore(new InMemoryOrchestrationStore());
        await using var orchestrator = AgentOrchestrator.Create(options => options.UseStore(_ => store).AddAgent("default", (_, ct) => Never(ct)));
        var handle = await orchestrator.SpawnAsync("one");

        store.Failure = new StoreException("There is no room.", isTransient: false);
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await orchestrator.SpawnAsync("two"));
        var result = await handle.Completion.WaitAsync(Long);
        await Assert.ThrowsAsync<StoreException>(async () => await orchestrator.SpawnAsync("three"));

        Assert.Contains("There is no room.", refused.Message, StringComparison.Ordinal);
        Assert.Equal((AgentState.Failed, AgentErrorCodes.StoreFailed), (result.State, result.Error?.Code));
    }

    [Fact]
    public async Task AStoreThatFailsForAMoment_IsTriedAgain()
    {
        var time = new FakeTimeProvider();
        var store = new FailingStore(new InMemoryOrchestrationStore(time));
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = time;
            options.UseStore(_ => store).AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("done"));
        });
        await (await orchestrator.SpawnAsync("one")).Completion.WaitAsync(Long);

        store.Failure = new StoreException("It is locked.", isTransient: true);
        var spawning = orchestrator.SpawnAsync("two").AsTask();
        await store.Refused.Task.WaitAsync(Long);
        store.Failure = null;
        await AdvanceUntilAsync(time, TimeSpan.FromMilliseconds(10), () => spawning.IsCompleted);

        Assert.Equal("done", (await (await spawning).Completion.WaitAsync(Long)).Output!.Text);
    }

    [Fact]
    public async Task AStoreThatStaysLocked_FailsAfterTheRetryPeriod()
    {
        var time = new FakeTimeProvider();
        var store = new FailingStore(new InMemoryOrchestrationStore(time));
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = time;
            options.UseStore(_ => store).AddAgent("default", (_, ct) => Never(ct));
        });
        var handle = await orchestrator.SpawnAsync("one");

        store.Failure = new StoreException("It is locked.", isTransient: true);
        var spawning = orchestrator.SpawnAsync("two").AsTask();
        await AdvanceUntilAsync(time, TimeSpan.FromSeconds(1), () => spawning.IsCompleted);

        await Assert.ThrowsAsync<StoreException>(() => spawning);
        Assert.Equal(AgentErrorCodes.StoreFailed, (await handle.Completion.WaitAsync(Long)).Error?.Code);
    }

    [Fact]
    public async Task INV34_AHolderThatCannotRenew_StopsBeforeAnotherGoesOn()
    {
        var time = new FakeTimeProvider();
        var shared = new InMemoryOrchestrationStore(time);
        var cutOff = new FailingStore(shared);
        await using var first = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = time;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.UseStore(_ => cutOff).AddAgent("default", (_, ct) => Never(ct));
        });
        await using var second = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = time;
            options.UseStore(_ => new FailingStore(shared)).AddAgent("default", (context, _) => Task.FromResult<AgentOutput>($"second has {context.Goal.Description}"));
        });
        var handle = await first.SpawnAsync("one");
        Assert.Empty((await second.RestoreAsync()).Agents);

        cutOff.Failure = new StoreException("The disk is gone.", isTransient: true);
        cutOff.RenewalsFail = true;
        await AdvanceUntilAsync(time, TimeSpan.FromSeconds(1), () => handle.Completion.IsCompleted && second.ListAgents(includeEnded: true).Count > 0);
        var taken = Assert.Single(second.ListAgents(includeEnded: true));
        var result = Assert.Single(await second.WaitAllAsync().WaitAsync(Long));

        Assert.Equal(handle.Id, taken.Id);
        Assert.Equal(AgentErrorCodes.StoreFailed, (await handle.Completion).Error?.Code);
        Assert.Equal("second has one", result.Output!.Text);
    }

    [Fact]
    public async Task ADamagedResultOfATool_MakesItsOutcomeUnknown_AndIsNamed()
    {
        var shared = new InMemoryOrchestrationStore();
        var damaging = new DamagingStore(shared);
        await using var world = new DurableWorld(damaging);
        var reached = new TaskCompletionSource();
        Func<AgentContext, CancellationToken, Task<AgentOutput>> Agent(bool hangs) => async (context, ct) =>
        {
            var tool = await context.RunToolAsync(new ToolCall("send"), (_, _) => ValueTask.FromResult("sent"));
            if (hangs)
            {
                await context.SaveCheckpointAsync("x", Text);
                reached.SetResult();
                await Never(ct);
            }

            return tool.Outcome.ToString();
        };
        await world.Start(options => options.AddAgent("default", Agent(hangs: true))).SpawnAsync("one");
        await reached.Task.WaitAsync(Long);

        var records = await world.ReadAsync();
        damaging.Damaged = records.FindLast(record => record.Record is { Key: not null } && record.Record.Data.Span.IndexOf("sent"u8) >= 0)!.Position;
        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", Agent(hangs: false)));

        Assert.Equal("Unknown", (await Assert.Single(report.Agents).Completion.WaitAsync(Long)).Output!.Text);
        Assert.Contains("bits", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADamagedGoal_StaysInTheStore_AndTheOthersGoOn()
    {
        var damaging = new DamagingStore(new InMemoryOrchestrationStore());
        await using var world = new DurableWorld(damaging);
        var before = world.Start(options => options.AddAgent("default", (_, ct) => Never(ct)));
        var damaged = await before.SpawnAsync("one");
        var other = await before.SpawnAsync("two");

        damaging.Damaged = (await world.ReadAsync()).Find(record => record.Record.Stream == damaged.Id.ToString())!.Position;
        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("done")));

        Assert.Equal(other.Id, Assert.Single(report.Agents).Id);
        Assert.All(report.Problems, problem => Assert.Contains(damaged.Id.ToString(), problem, StringComparison.Ordinal));
        Assert.NotEmpty(report.Problems);
        Assert.Contains(await world.ReadAsync(), record => record.Record.Stream == damaged.Id.ToString());
    }

    [Fact]
    public async Task WhatAProtectorEncrypts_IsNotInTheStore_AndIsReadAgain()
    {
        await using var world = new DurableWorld();
        var reached = new TaskCompletionSource();
        void Configure(AgentOrchestrationOptions options, bool hangs)
        {
            options.Durability.Protector = new Scrambles();
            options.AddAgent("default", async (context, ct) =>
            {
                var tool = await context.RunToolAsync(new ToolCall("send") { Arguments = Canary }, (_, _) => ValueTask.FromResult(hangs ? Canary : "again"));
                await context.SaveCheckpointAsync(Canary, Text);
                if (hangs)
                {
                    reached.SetResult();
                    await Never(ct);
                }

                return $"{context.Goal.Description}, {tool.Text}";
            });
        }

        await world.Start(options => Configure(options, hangs: true)).SpawnAsync(Canary);
        await reached.Task.WaitAsync(Long);
        Assert.DoesNotContain(await world.ReadAsync(), HoldsCanary);

        var (orchestrator, report) = await world.RestartAsync(options => Configure(options, hangs: false));
        var result = await Assert.Single(report.Agents).Completion.WaitAsync(Long);

        Assert.Equal($"{Canary}, {Canary}", result.Output!.Text);
        Assert.DoesNotContain(await world.ReadAsync(), HoldsCanary);
        var spawned = Assert.IsType<AgentSpawned>(await FirstFactAsync(orchestrator, result.Id));
        Assert.Equal(Canary, spawned.Goal.Description);
    }

    [Fact]
    public async Task WhatAProtectorLeavesOut_IsDoneAgainOrUnknown()
    {
        await using var world = new DurableWorld();
        var reached = new TaskCompletionSource();
        void Configure(AgentOrchestrationOptions options, bool hangs)
        {
            options.Durability.Protector = new LeavesOut();
            options.AddAgent("default", async (context, ct) =>
            {
                var tool = await context.RunToolAsync(new ToolCall("send"), (_, _) => ValueTask.FromResult(Canary));
                if (hangs)
                {
                    await context.SaveCheckpointAsync("x", Text);
                    reached.SetResult();
                    await Never(ct);
                }

                return tool.Outcome.ToString();
            });
        }

        await world.Start(options => Configure(options, hangs: true)).SpawnAsync("one");
        await reached.Task.WaitAsync(Long);
        var (_, report) = await world.RestartAsync(options => Configure(options, hangs: false));

        Assert.DoesNotContain(await world.ReadAsync(), HoldsCanary);
        Assert.Equal("Unknown", (await Assert.Single(report.Agents).Completion.WaitAsync(Long)).Output!.Text);
    }

    [Fact]
    public async Task INV38_Secrets_AreNotInTheStore()
    {
        await using var world = new DurableWorld();
        var orchestrator = world.Start(options =>
        {
            options.Secrets.Add(Canary);
            options.AddAgent("default", async (context, _) =>
            {
                await context.RunToolAsync(new ToolCall("send") { Arguments = $"key {Canary}" }, (_, _) => ValueTask.FromResult($"the key is {Canary}"));
                return $"used {Canary}";
            });
        });

        await (await orchestrator.SpawnAsync($"use {Canary}")).Completion.WaitAsync(Long);

        Assert.DoesNotContain(await world.ReadAsync(), record => record.Record.Kind != "agent:spawned" && HoldsCanary(record));
    }

    [Fact]
    public async Task Retention_DeletesWhatEndedLongAgo_AndThenTheOldest()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = time;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.Durability.Retention = TimeSpan.FromDays(7);
            options.UseStore(_ => new InMemoryOrchestrationStore(time)).AddAgent("default", (context, ct) => context.Goal.Description == "runs" ? Never(ct) : Task.FromResult<AgentOutput>("done"));
        });
        await (await orchestrator.SpawnAsync("old")).Completion.WaitAsync(Long);
        var runs = await orchestrator.SpawnAsync("runs");
        time.Advance(TimeSpan.FromDays(5));
        await (await orchestrator.SpawnAsync("new")).Completion.WaitAsync(Long);
        time.Advance(TimeSpan.FromDays(3));

        // The lease ran out over the days, and is renewed in the background.
        for (var i = 0; !(await ListAsync(orchestrator)).Exists(run => run.Id == runs.Id.ToString() && run.IsLive); i++)
        {
            Assert.True(i < 1_000_000, "It was never renewed.");
            await Task.Yield();
        }

        Assert.Equal(1, await orchestrator.History!.TrimAsync());

        var left = await ListAsync(orchestrator);
        Assert.Equal(2, left.Count);
        Assert.Contains(left, run => run.Id == runs.Id.ToString() && run is { EndedAt: null, IsLive: true });
        Assert.False(await orchestrator.History.DeleteAsync(runs.Id.ToString()));
    }

    [Fact]
    public async Task RetentionBytes_DeletesThoseThatEndedFirst()
    {
        var store = new InMemoryOrchestrationStore();
        await using (var filling = AgentOrchestrator.Create(options => options.UseStore(_ => store).AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("done"))))
        {
            for (var i = 0; i < 5; i++)
            {
                await (await filling.SpawnAsync(new AgentGoal("same size") { Name = $"n{i}" })).Completion.WaitAsync(Long);
            }
        }

        long bytes = 0;
        await foreach (var stream in store.ListAsync())
        {
            bytes += stream.Bytes;
        }

        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.Durability.RetentionBytes = bytes / 2;
            options.UseStore(_ => store).AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("done"));
        });
        await orchestrator.RestoreAsync();

        Assert.Equal(["n3", "n4"], (await ListAsync(orchestrator)).Select(run => run.Name!));
    }

    [Fact]
    public async Task AHost_GoesOnWhenItStarts()
    {
        var store = new InMemoryOrchestrationStore();
        await using (var before = AgentOrchestrator.Create(options =>
        {
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.UseStore(_ => store).AddAgent("default", (_, ct) => Never(ct));
        }))
        {
            await before.SpawnAsync("one");
        }

        var ran = new TaskCompletionSource<string>();
        var services = new ServiceCollection();
        services.AddAgentOrchestration(options => options.UseStore(_ => store)).AddAgent("default", (context, _) =>
        {
            ran.TrySetResult(context.Goal.Description);
            return Task.FromResult<AgentOutput>("done");
        });
        await using var provider = services.BuildServiceProvider();
        var hosted = Assert.Single(provider.GetServices<IHostedService>());
        await hosted.StartAsync(CancellationToken.None);

        Assert.Equal("one", await ran.Task.WaitAsync(Long));
        var orchestrator = provider.GetRequiredService<IAgentOrchestrator>();
        Assert.Single((await orchestrator.RestoreAsync()).Agents);
        Assert.Empty((await orchestrator.RestoreAsync()).Agents);
        await hosted.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task AHostThatDoesNotRestoreAtItsStart_LeavesItToTheCaller()
    {
        var store = new InMemoryOrchestrationStore();
        await using (var before = AgentOrchestrator.Create(options =>
        {
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.UseStore(_ => store).AddAgent("default", (_, ct) => Never(ct));
        }))
        {
            await before.SpawnAsync("one");
        }

        var services = new ServiceCollection();
        services.AddAgentOrchestration(options =>
        {
            options.Durability.RestoreOnStart = false;
            options.UseStore(_ => store);
        }).AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("done"));
        await using var provider = services.BuildServiceProvider();
        await Assert.Single(provider.GetServices<IHostedService>()).StartAsync(CancellationToken.None);
        var orchestrator = provider.GetRequiredService<IAgentOrchestrator>();

        Assert.Empty(orchestrator.ListAgents(includeEnded: true));
        Assert.Single((await orchestrator.RestoreAsync()).Agents);
    }

    [Fact]
    public async Task APausedAgent_IsPausedAfterARestart()
    {
        await using var world = new DurableWorld();
        var reached = new TaskCompletionSource();
        var before = world.Start(options => options.AddAgent("default", async (context, _) =>
        {
            reached.TrySetResult();
            await context.ReceiveAsync();
            return "never";
        }));
        var handle = await before.SpawnAsync("one");
        await reached.Task.WaitAsync(Long);
        Assert.True(await before.PauseAsync(handle.Id).WaitAsync(Long));

        var (after, report) = await world.RestartAsync(options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("went on")));
        Assert.Equal(AgentState.Paused, after.GetStatus(handle.Id)!.State);
        Assert.True(await after.ResumeAsync(handle.Id));

        Assert.Equal("went on", (await report.Agents[0].Completion.WaitAsync(Long)).Output!.Text);
    }

    [Fact]
    public async Task ADeadlineThatPassedMeanwhile_HoldsAtOnce_AndOneToComeMeansTheSameInstant()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var world = new DurableWorld(new InMemoryOrchestrationStore(time));
        void Configure(AgentOrchestrationOptions options)
        {
            options.TimeProvider = time;
            options.AddAgent("default", (_, ct) => Never(ct));
        }

        var before = world.Start(Configure);
        var passed = await before.SpawnAsync(new AgentGoal("passed") { Deadline = time.GetUtcNow().AddMinutes(10) });
        var ahead = await before.SpawnAsync(new AgentGoal("ahead") { Deadline = time.GetUtcNow().AddMinutes(30) });

        await world.DieAsync();
        time.Advance(TimeSpan.FromMinutes(20));
        var report = await world.Start(Configure).RestoreAsync();
        var first = await report.Agents.Single(agent => agent.Id == passed.Id).Completion.WaitAsync(Long);
        var second = report.Agents.Single(agent => agent.Id == ahead.Id);
        Assert.False(second.Completion.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(AgentErrorCodes.DeadlineExceeded, first.Error?.Code);
        Assert.Equal(AgentErrorCodes.DeadlineExceeded, (await second.Completion.WaitAsync(Long)).Error?.Code);
    }

    [Fact]
    public async Task SeveralGoalsWithKeys_GiveTheAgentsThatAreThere()
    {
        await using var world = new DurableWorld();
        void Configure(AgentOrchestrationOptions options) => options.AddAgent("default", (context, _) => Task.FromResult<AgentOutput>(context.Goal.Description));
        AgentGoal[] goals = [new("a") { IdempotencyKey = "a" }, new("b") { IdempotencyKey = "b" }, new("c")];
        var before = world.Start(Configure);
        var first = await before.SpawnParallelAsync(goals);
        foreach (var handle in first)
        {
            await handle.Completion.WaitAsync(Long);
        }

        var (after, _) = await world.RestartAsync(Configure);
        var again = await after.SpawnParallelAsync([goals[1], new AgentGoal("d") { IdempotencyKey = "d" }, goals[0]]);

        Assert.Equal((first[1].Id, first[0].Id), (again[0].Id, again[2].Id));
        Assert.Equal("d", (await again[1].Completion.WaitAsync(Long)).Output!.Text);
    }

    private static bool HoldsCanary(StoredRecord record) => record.Record.Data.Span.IndexOf(Encoding.UTF8.GetBytes(Canary)) >= 0;

    private static async Task<AgentOutput> Never(CancellationToken ct)
    {
        await new TaskCompletionSource().Task.WaitAsync(ct);
        return "never";
    }

    // The orchestrator works in the background, on the pool: time goes on only as far as it takes.
    private static async Task AdvanceUntilAsync(FakeTimeProvider time, TimeSpan step, Func<bool> isDone)
    {
        for (var i = 0; !isDone(); i++)
        {
            Assert.True(i < 100_000, "It never happened.");
            time.Advance(step);
            await Task.Yield();
        }
    }

    private static async Task<List<RecordedRunInfo>> ListAsync(AgentOrchestrator orchestrator)
    {
        var runs = new List<RecordedRunInfo>();
        await foreach (var run in orchestrator.History!.ListAsync())
        {
            runs.Add(run);
        }

        return runs;
    }

    private static async Task<AgentEvent?> FirstFactAsync(AgentOrchestrator orchestrator, AgentId id)
    {
        await foreach (var fact in orchestrator.History!.ReadAsync(id.ToString()))
        {
            return fact.Event;
        }

        return null;
    }

    private sealed class FailingStore(IOrchestrationStore inner) : StoreWrapper(inner)
    {
        public StoreException? Failure { get; set; }

        public bool RenewalsFail { get; set; }

        public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask AppendAsync(StoreLease lease, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken = default)
        {
            if (Failure is { } failure)
            {
                Refused.TrySetResult();
                throw failure;
            }

            return Inner.AppendAsync(lease, records, cancellationToken);
        }

        public override ValueTask<bool> RenewLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default) =>
            RenewalsFail && Failure is { } failure ? throw failure : Inner.RenewLeaseAsync(lease, cancellationToken);

        public override ValueTask EndLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default) =>
            RenewalsFail && Failure is { } failure ? throw failure : Inner.EndLeaseAsync(lease, cancellationToken);
    }

    private sealed class DamagingStore(IOrchestrationStore inner) : StoreWrapper(inner)
    {
        public long? Damaged { get; set; }

        public override async IAsyncEnumerable<StoredRecord> ReadAsync(IReadOnlyList<string> streams, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var record in Inner.ReadAsync(streams, cancellationToken))
            {
                yield return record.Position == Damaged ? record with { Record = record.Record with { Data = default }, Damage = "bits are not what was written" } : record;
            }
        }
    }

    private sealed class Scrambles : IRecordProtector
    {
        public ReadOnlyMemory<byte> Protect(StoreRecord record) => Xor(record.Data);

        public ReadOnlyMemory<byte> Unprotect(StoreRecord record) => Xor(record.Data);

        private static byte[] Xor(ReadOnlyMemory<byte> data) => [.. data.ToArray().Select(one => (byte)(one ^ 0x5A))];
    }

    private sealed class LeavesOut : IRecordProtector
    {
        public ReadOnlyMemory<byte> Protect(StoreRecord record) => record.Data.Span.IndexOf(Encoding.UTF8.GetBytes(Canary)) >= 0 ? default : record.Data;

        public ReadOnlyMemory<byte> Unprotect(StoreRecord record) => record.Data;
    }
}
