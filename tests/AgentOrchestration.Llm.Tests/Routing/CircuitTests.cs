using AgentOrchestration.Llm.Routing;
using AgentOrchestration.Llm.Tests.Testing;

namespace AgentOrchestration.Llm.Tests.Routing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class CircuitTests
{
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task ClientThatFailsTooOften_IsLeftOut_UntilATrialSucceeds()
    {
        var broken = true;
        var model = new FakeModel { Answer = (_, _) => broken ? Task.FromException<string>(FakeModel.Status(500)) : Task.FromResult("mended") };
        var other = FakeModel.Saying("other");
        using var world = new RouterWorld(options => options.AddClient("a", model, Fragile).AddClient("b", other));

        await AskTimesAsync(world, 4);
        Assert.Equal(CircuitPhase.Open, world.Client().Circuit);
        await AskTimesAsync(world, 3);
        Assert.Equal((4, 7), (model.Calls, other.Calls));

        await world.Time.RunForAsync(Break);
        Assert.Equal(CircuitPhase.Trial, world.Client().Circuit);
        Assert.Equal("other", await world.AskAsync());
        Assert.Equal(CircuitPhase.Open, world.Client().Circuit);

        broken = false;
        await world.Time.RunForAsync(Break);
        Assert.Equal("mended", await world.AskAsync());
        Assert.Equal(CircuitPhase.Closed, world.Client().Circuit);
        Assert.Equal("mended", await world.AskAsync());
    }

    [Fact]
    public async Task CallThatFindsAllCircuitsOpen_WaitsForTheTrial()
    {
        var model = new FakeModel { Answer = (call, _) => call <= 4 ? Task.FromException<string>(FakeModel.Status(500)) : Task.FromResult("mended") };
        using var world = new RouterWorld(options => options.AddClient("a", model, Fragile));
        await FailTimesAsync(world, 4);
        var start = world.Time.GetUtcNow();

        Assert.Equal("mended", await world.EndAsync(world.AskAsync()));

        Assert.Equal(Break, world.Time.GetUtcNow() - start);
        Assert.Equal(5, model.Calls);
    }

    [Fact]
    public async Task OneTrialIsMade_AndAllThatWaitForItShareItsFailure()
    {
        var model = new FakeModel { Answer = (_, _) => Task.FromException<string>(FakeModel.Status(500)) };
        using var world = new RouterWorld(options => options.AddClient("a", model, Fragile));
        await FailTimesAsync(world, 4);

        var waiting = Enumerable.Range(0, 5).Select(_ => world.AskAsync()).ToArray();
        await world.Time.RunForAsync(Break);

        foreach (var call in waiting)
            Assert.Contains("'a' (HttpRequestException, HTTP 500)", (await Assert.ThrowsAsync<LlmCallException>(() => call.WaitAsync(RouterWorld.Hang))).Message);
        Assert.Equal(5, model.Calls);
    }

    [Fact]
    public async Task OneTrialIsMade_AndItsSuccessLetsAllIn()
    {
        var gate = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var model = new FakeModel { Answer = (call, _) => call <= 4 ? Task.FromException<string>(FakeModel.Status(500)) : gate.Task };
        using var world = new RouterWorld(options => options.AddClient("a", model, Fragile));
        await FailTimesAsync(world, 4);

        var waiting = Enumerable.Range(0, 5).Select(_ => world.AskAsync()).ToArray();
        await world.Time.RunForAsync(Break);
        Assert.Equal((1, 4), (world.Client().InFlight, world.Waiting));
        gate.SetResult("mended");

        Assert.All(await world.EndAsync(Task.WhenAll(waiting)), static answer => Assert.Equal("mended", answer));
        Assert.Equal(9, model.Calls);
    }

    [Fact]
    public async Task CallThatWaitsForATrial_GoesToAnotherClient_WhenItFails()
    {
        var broken = new FakeModel { Answer = (_, _) => Task.FromException<string>(FakeModel.Status(500)) };
        var busy = new FakeModel();
        using var world = new RouterWorld(options => options.AddClient("broken", broken, Fragile).AddClient("busy", busy, client => client.MaxConcurrentCalls = 1));
        for (var i = 0; i < 4; i++)
            await EndOneAsync(world.AskAsync(), busy);
        var first = world.AskAsync();
        var held = await busy.NextAsync();
        var second = world.AskAsync();
        await world.Time.RunForAsync(Break);

        held.Say("first");
        (await busy.NextAsync()).Say("second");

        Assert.Equal(["first", "second"], await world.EndAsync(Task.WhenAll(first, second)));
    }

    [Fact]
    public async Task TrialThatItsCallerCancels_ProvesNothing()
    {
        var model = new FakeModel { Answer = (call, token) => call <= 4 ? Task.FromException<string>(FakeModel.Status(500)) : NeverAsync(token) };
        using var world = new RouterWorld(options => options.AddClient("a", model, Fragile));
        await FailTimesAsync(world, 4);
        using var cancel = new CancellationTokenSource();
        var trial = world.AskAsync(cancellationToken: cancel.Token);
        await world.Time.RunForAsync(Break);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trial.WaitAsync(RouterWorld.Hang));

        await world.Time.SettleAsync();
        Assert.Equal(CircuitPhase.Open, world.Client().Circuit);
    }

    [Fact]
    public async Task CallThatMeetsACircuitOfWhichNobodyKnewYet_IsNotMade_AndWaitsForTheTrial()
    {
        var model = new FakeModel { Answer = (call, _) => call <= 4 ? Task.FromException<string>(FakeModel.Status(500)) : Task.FromResult("mended") };
        using var world = new RouterWorld(options => options.AddClient("a", model, Fragile));
        await FailTimesAsync(world, 4);
        var start = world.Time.GetUtcNow();
        world.Router.Pool.Closed(world.Router.Pool.Preview(1));

        Assert.Equal("mended", await world.EndAsync(world.AskAsync()));

        Assert.Equal(Break, world.Time.GetUtcNow() - start);
        Assert.Equal(5, model.Calls);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(429)]
    public async Task WhatIsNoFailureOfTheClient_LeavesTheCircuitClosed(int status)
    {
        using var world = new RouterWorld(options =>
        {
            options.MaxWait = TimeSpan.FromSeconds(1);
            options.AddClient("a", FakeModel.Failing(FakeModel.Status(status)), Fragile);
        });

        for (var i = 0; i < 10; i++)
            await world.FailureAsync(world.AskAsync());

        Assert.Equal(CircuitPhase.Closed, world.Client().Circuit);
    }

    [Fact]
    public async Task CallsThatTheirCallersCancel_LeaveTheCircuitClosed()
    {
        using var world = new RouterWorld(options => options.AddClient("a", new FakeModel { Answer = static (_, token) => NeverAsync(token) }, Fragile));

        for (var i = 0; i < 10; i++)
        {
            using var cancel = new CancellationTokenSource();
            var call = world.AskAsync(cancellationToken: cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(RouterWorld.Hang));
        }

        await world.Time.SettleAsync();
        Assert.Equal(CircuitPhase.Closed, world.Client().Circuit);
    }

    private static void Fragile(LlmClientOptions client) =>
        (client.CircuitMinimumCalls, client.CircuitFailureRatio, client.CircuitBreak, client.CircuitWindow) = (4, 0.9, Break, TimeSpan.FromMinutes(10));

    private static async Task<string> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return "";
    }

    private static async Task EndOneAsync(Task<string> call, FakeModel busy)
    {
        (await busy.NextAsync()).Say("x");
        await call.WaitAsync(RouterWorld.Hang);
    }

    private static async Task AskTimesAsync(RouterWorld world, int times)
    {
        for (var i = 0; i < times; i++)
            await world.AskAsync();
    }

    private static async Task FailTimesAsync(RouterWorld world, int times)
    {
        for (var i = 0; i < times; i++)
            await Assert.ThrowsAsync<LlmCallException>(() => world.AskAsync());
    }
}
