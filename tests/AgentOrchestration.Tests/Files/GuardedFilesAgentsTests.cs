using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Files;

/// <summary>As agents use it.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class GuardedFilesAgentsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WriteAsync_AfterAnotherAgentsWrite_IsRefused_AndNamesIt()
    {
        await using var world = new World();
        var path = _folder.Write("f", "one");
        var hasRead = new AgentGate();
        FileRefusal? refusal = null;
        FileVersion read = default, written = default;
        var first = await world.SpawnAsync(new AgentGoal("x") { Name = "first" }, new ScriptedAgent().Do(async (context, ct) =>
        {
            read = (await context.Files.ReadAsync(path, ct)).Version;
            await hasRead.PassAsync(ct);
            refusal = (await context.Files.TryWriteAsync(path, "mine", read, ct)).Refusal;
        }));
        await hasRead.WaitForArrivalAsync().WaitAsync(World.Hang);
        var second = await world.SpawnAsync(new AgentGoal("x") { Name = "second" }, new ScriptedAgent().Do(async (_, ct) =>
            written = await world.Orchestrator.Files.EditAsync(path, text => text + " two", cancellationToken: ct)));
        await EndAsync(second);
        hasRead.Open();

        await EndAsync(first);

        Assert.Equal((FileRefusalReason.Changed, read, written), (refusal!.Reason, refusal.Expected, refusal.Found));
        Assert.Equal(new FileWriter(second.Id, "second", world.Time.GetUtcNow()), refusal.Writer);
        Assert.Contains($"It was written by 'second' ({second.Id}) at ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("one two", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task INV11_ADetachedAgentsEdit_IsRefused_AndIsInNobodysWay()
    {
        await using var world = new World(configure: options => options.CancellationGracePeriod = TimeSpan.FromSeconds(30));
        var path = _folder.Write("f", "one");
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var outcome = new TaskCompletionSource<FileChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        AgentContext? late = null;
        var deaf = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) =>
        {
            late = context;
            outcome.SetResult(await context.Files.TryEditAsync(path, text =>
            {
                entered.SetResult();
                release.Wait(World.Hang);
                return text + " stale";
            }));
        }));
        await entered.Task.WaitAsync(World.Hang);
        await world.Orchestrator.CancelAsync(deaf.Id);
        Assert.True((await world.EndAsync(deaf)).Detached);

        // While the code that was left behind still has the turns it took.
        var next = await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) => await context.Files.EditAsync(path, text => text + " two", cancellationToken: ct)));
        Assert.True((await EndAsync(next)).Succeeded);
        release.Set();
        var change = await outcome.Task.WaitAsync(World.Hang);
        await world.SettleAsync();

        Assert.Equal(FileRefusalReason.LockLost, change.Refusal!.Reason);
        Assert.Equal(["f"], _folder.Entries());
        Assert.Equal("one two", await File.ReadAllTextAsync(path));
        Assert.Equal(0, world.Orchestrator.Scheduler.Files.Turns);
        await Assert.ThrowsAsync<InvalidOperationException>(() => late!.Files.ReadAsync(path).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => late!.Files.WriteAsync(path, "x", ExpectedFileVersion.Any).AsTask());
    }

    [Fact]
    public async Task Files_AfterTheAttempt_Throw()
    {
        await using var world = new World();
        var path = _folder.Write("f", "one");
        AgentContext? late = null;
        GuardedFiles? kept = null;
        await EndAsync(await world.SpawnAsync(new ScriptedAgent().Do(context => late = context)));
        await EndAsync(await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) => await (kept = context.Files).ReadAsync(path, ct))));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await late!.Files.ReadAsync(path));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await kept!.ReadAsync(path));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await kept!.EditAsync(path, text => text));
    }

    [Fact]
    public async Task ParallelActivities_OfOneAgent_BothEdit()
    {
        await using var world = new World(capacity: 1);
        var path = _folder.Write("f", "");
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) =>
        {
            await context.RunConcurrentlyAsync([.. Enumerable.Range(0, 8).Select(_ => (Func<AgentContext, CancellationToken, Task>)AppendAsync)]);

            // Within what the body holds they exclude each other too.
            await using var guard = await context.Locks.AcquireFileAsync(path, cancellationToken: ct);
            await context.RunConcurrentlyAsync([.. Enumerable.Range(0, 8).Select(_ => (Func<AgentContext, CancellationToken, Task>)AppendAsync)]);
        }));

        Assert.True((await EndAsync(handle)).Succeeded);

        Assert.Equal(new string('x', 16), await File.ReadAllTextAsync(path));
        Assert.Equal(0, world.Orchestrator.Scheduler.Files.Turns);

        async Task AppendAsync(AgentContext context, CancellationToken ct) => await context.Files.EditAsync(path, text => text + "x", cancellationToken: ct);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("file")]
    [InlineData("directory")]
    public async Task ParallelCalls_OfOneActivity_AllTakeEffect(string held)
    {
        await using var world = new World();
        var path = _folder.Write("f", "");
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) =>
        {
            using var guard = held switch
            {
                "file" => await context.Locks.AcquireFileAsync(path, cancellationToken: ct),
                "directory" => await context.Locks.AcquireDirectoryAsync(_folder.Path, cancellationToken: ct),
                _ => default,
            };
            var calls = Enumerable.Range(0, 16).Select(i => i % 2 == 0
                ? context.Files.EditAsync(path, text => text + "x", cancellationToken: ct).AsTask()
                : (Task)context.Files.ReadAsync(path, ct).AsTask());
            await Task.WhenAll(calls);
        }));

        var result = await EndAsync(handle);

        Assert.True(result.Succeeded, result.Error?.Message);
        Assert.Equal(new string('x', 8), await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task ParallelCalls_OfOneActivity_WaitTogether_WhileAnotherAgentHasTheFile()
    {
        await using var world = new World(capacity: 1);
        var path = _folder.Write("f", "");
        var holder = await world.SpawnAsync(new ScriptedAgent().Acquire(new ResourceRequest(ResourceKey.File(path))).Receive());
        await world.SettleAsync();
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) => await Task.WhenAll(
            context.Files.EditAsync(path, text => text + "x", cancellationToken: ct).AsTask(),
            context.Files.EditAsync(path, text => text + "x", cancellationToken: ct).AsTask(),
            context.Files.ReadAsync(path, ct).AsTask())));
        await UntilAsync(() => world.State(handle) == AgentState.Waiting);
        Assert.Equal(AgentWaitKind.Resource, world.Status(handle).WaitingFor!.Kind);

        await world.Orchestrator.SendAsync(holder.Id, "go on");

        Assert.True((await EndAsync(handle)).Succeeded);
        await EndAsync(holder);
        Assert.Equal("xx", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task AnActivity_AndTheOneItWasForkedFrom_ExcludeEachOther()
    {
        await using var world = new World();
        var path = _folder.Write("f", "");
        var isInside = false;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) =>
        {
            for (var round = 0; round < 20; round++)
            {
                // Not awaited before it forks: the fork may pass the lock that this call of the body holds, and does while the function of the body runs.
                var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var own = context.Files.EditAsync(
                    path,
                    text =>
                    {
                        Volatile.Write(ref isInside, true);
                        entered.SetResult();
                        Assert.True(SpinWait.SpinUntil(() => world.Orchestrator.Locks.Snapshot().Holds.Count == 2, World.Hang));
                        Volatile.Write(ref isInside, false);
                        return text + "x";
                    },
                    cancellationToken: ct).AsTask();
                await entered.Task.WaitAsync(World.Hang, ct);
                await context.RunConcurrentlyAsync([async (fork, token) => await fork.Files.EditAsync(
                    path,
                    text =>
                    {
                        Assert.False(Volatile.Read(ref isInside), "Two edits of one file ran at the same time.");
                        return text + "x";
                    },
                    cancellationToken: token)]);
                await own;
            }
        }));

        var result = await EndAsync(handle);

        Assert.True(result.Succeeded, result.Error?.Message);
        Assert.Equal(new string('x', 40), await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task ManyAgents_IncrementingOneFile_LoseNothing()
    {
        await using var world = new World(capacity: 4);
        var path = _folder.Write("f", "0");
        var handles = new List<AgentHandle>();
        for (var agent = 0; agent < 8; agent++)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) =>
            {
                for (var i = 0; i < 8; i++)
                    await context.Files.EditAsync(path, text => $"{int.Parse(text) + 1}", cancellationToken: ct);
            })));
        }

        Assert.All(await Task.WhenAll(handles.Select(EndAsync)), result => Assert.True(result.Succeeded, result.Error?.Message));

        Assert.Equal("64", await File.ReadAllTextAsync(path));
        Assert.Equal(["f"], _folder.Entries());
        Assert.Equal((0, 1), (world.Orchestrator.Scheduler.Files.Turns, world.Orchestrator.Scheduler.Files.Ledger.Count));
    }

    [Fact]
    public async Task ACancelledAgent_StopsWaitingAtOnce_AndChangesNothing()
    {
        await using var world = new World();
        var path = _folder.Write("f", "one");
        using var guard = await world.Orchestrator.Locks.AcquireFileAsync(path);
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => await Task.WhenAll(
            context.Files.EditAsync(path, text => text + "x").AsTask(),
            context.Files.EditAsync(path, text => text + "x").AsTask())));
        await UntilAsync(() => world.State(handle) == AgentState.Waiting);

        await world.Orchestrator.CancelAsync(handle.Id);
        var result = await handle.Completion.WaitAsync(World.Hang);

        Assert.Equal((AgentState.Cancelled, false), (result.State, result.Detached));
        Assert.Equal((0, "one"), (world.Orchestrator.Scheduler.Files.Turns, await File.ReadAllTextAsync(path)));
    }

    // Not by moving the clock: what these agents do is real I/O, which the simulation does not see.
    private static Task<AgentResult> EndAsync(AgentHandle handle) => handle.Completion.WaitAsync(World.Hang);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var hang = new CancellationTokenSource(World.Hang);
        while (!condition())
        {
            hang.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
