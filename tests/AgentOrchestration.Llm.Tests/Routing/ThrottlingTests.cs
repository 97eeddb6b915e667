using AgentOrchestration.Llm.Tests.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Routing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class ThrottlingTests
{
    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(529)]
    public async Task RefusedCall_GoesAgain_AfterATimeThatDoubles(int status)
    {
        var model = new FakeModel { Answer = (call, _) => call <= 7 ? Task.FromException<string>(FakeModel.Status(status)) : Task.FromResult("late") };
        using var world = new RouterWorld(options => options.AddClient("a", model));
        var start = world.Time.GetUtcNow();

        Assert.Equal("late", await world.EndAsync(world.AskAsync()));

        Assert.Equal(TimeSpan.FromSeconds(1 + 2 + 4 + 8 + 16 + 30 + 30), world.Time.GetUtcNow() - start);
        Assert.Equal([LlmRouteReason.Selected, .. Enumerable.Repeat(LlmRouteReason.Retried, 7)], world.Routes.Select(route => route.Reason));
    }

    [Fact]
    public async Task RefusedCall_ComesBackWhenTheClientSaid_AndSoDoAllOthers()
    {
        var times = new List<TimeSpan>();
        RouterWorld? world = null;
        var start = DateTimeOffset.MinValue;
        var model = new FakeModel
        {
            Answer = (call, _) =>
            {
                times.Add(world!.Time.GetUtcNow() - start);
                return call == 1 ? Task.FromException<string>(new IOException()) : Task.FromResult("x");
            },
        };
        using (world = new RouterWorld(options => options.AddClient("a", model, client => client.Classify = _ => RouterWorld.Throttled(0.25))))
        {
            start = world.Time.GetUtcNow();
            var first = world.AskAsync();
            var second = world.AskAsync();

            await world.EndAsync(Task.WhenAll(first, second));

            Assert.Equal([0, 250, 250], times.Select(time => time.TotalMilliseconds));
        }
    }

    [Fact]
    public async Task RefusedCall_GoesToAnotherClientThatHasRoom_WithoutWaiting()
    {
        var other = FakeModel.Saying("other");
        using var world = new RouterWorld(options => options.AddClient("busy", FakeModel.Failing(FakeModel.Status(429))).AddClient("other", other));

        Assert.Equal("other", await world.AskAsync());
        Assert.Equal("other", await world.AskAsync());
        Assert.Equal(["busy", "other", "other"], world.Routes.Select(route => route.Client));
    }

    [Fact]
    public async Task Burst_HalvesTheLimitOnce_AndSuccessesBringItBack()
    {
        var model = new FakeModel();
        using var world = new RouterWorld(options => options.AddClient("a", model, client =>
        {
            client.MaxConcurrentCalls = 8;
            client.Classify = _ => RouterWorld.Throttled(1);
        }));
        var calls = Enumerable.Range(0, 8).Select(_ => world.AskAsync()).ToArray();
        for (var i = 0; i < 8; i++)
            (await model.NextAsync()).Fail(new IOException());
        await world.Time.SettleAsync();
        Assert.Equal((0, 4, 8), (world.Client().InFlight, world.Client().Limit, world.Waiting));

        await world.Time.RunForAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((4, 4, 4), (world.Client().InFlight, world.Client().Limit, world.Waiting));
        for (var i = 0; i < 8; i++)
            (await model.NextAsync()).Say("x");
        await world.EndAsync(Task.WhenAll(calls));

        Assert.Equal(5, world.Client().Limit);
    }

    [Fact]
    public async Task WaitingCalls_GoByPriority_ThenFirstCome()
    {
        var model = new FakeModel();
        using var world = new RouterWorld(options => options.AddClient("a", model, client => client.MaxConcurrentCalls = 1));
        var order = new List<string>();
        async Task Ask(string name, AgentPriority priority)
        {
            await world.AskAsync(priority: priority);
            order.Add(name);
        }

        var calls = new List<Task> { Ask("first", AgentPriority.Low) };
        foreach (var (name, priority) in new[] { ("low", AgentPriority.Low), ("medium 1", AgentPriority.Medium), ("medium 2", AgentPriority.Medium), ("critical", AgentPriority.Critical), ("high", AgentPriority.High) })
            calls.Add(Ask(name, priority));
        for (var i = 0; i < calls.Count; i++)
        {
            (await model.NextAsync()).Say("x");
            await world.Time.SettleAsync();
        }

        Assert.Equal(["first", "critical", "high", "medium 1", "medium 2", "low"], order);
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task CallThatIsRefused_KeepsItsTurn()
    {
        var order = new List<int>();
        var model = new FakeModel();
        using var world = new RouterWorld(options => options.AddClient("a", model, client =>
        {
            client.MaxConcurrentCalls = 1;
            client.Classify = _ => RouterWorld.Throttled(1);
        }));
        async Task Ask(int number)
        {
            await world.AskAsync();
            order.Add(number);
        }

        var calls = Enumerable.Range(1, 4).Select(Ask).ToArray();
        (await model.NextAsync()).Say("x");
        (await model.NextAsync()).Fail(new IOException());
        await world.Time.SettleAsync();
        await world.Time.RunForAsync(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
        {
            (await model.NextAsync()).Say("x");
            await world.Time.SettleAsync();
        }

        Assert.Equal([1, 2, 3, 4], order);
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task CallThatWaitsTooLong_Fails_WithTheRefusalWithin()
    {
        var model = FakeModel.Failing(FakeModel.Status(429));
        using var world = new RouterWorld(options =>
        {
            options.MaxWait = TimeSpan.FromSeconds(20);
            options.AddClient("a", model);
        });
        var start = world.Time.GetUtcNow();

        var exception = Assert.IsType<TimeoutException>(await world.FailureAsync(world.AskAsync()));

        // After 1, 3, 7 and 15 seconds; the next wait would be for 16 more.
        Assert.Equal((5, 15), (model.Calls, (world.Time.GetUtcNow() - start).TotalSeconds));
        Assert.Contains("waited 00:00:15 for 'a', and may wait 00:00:20 in all", exception.Message);
        Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, Assert.IsType<HttpRequestException>(exception.InnerException).StatusCode);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallThatFindsNoPlaceInTime_LeavesTheLine()
    {
        var model = new FakeModel();
        using var world = new RouterWorld(options =>
        {
            options.MaxWait = TimeSpan.FromSeconds(5);
            options.AddClient("a", model, client => client.MaxConcurrentCalls = 1);
        });
        var first = world.AskAsync();

        Assert.IsType<TimeoutException>(await world.FailureAsync(world.AskAsync()));

        Assert.Equal(0, world.Waiting);
        (await model.NextAsync()).Say("x");
        await first;
    }

    [Fact]
    public async Task WithoutPatience_ACallThatFindsNoPlaceFailsAtOnce()
    {
        var model = new FakeModel();
        using var world = new RouterWorld(options =>
        {
            options.MaxWait = TimeSpan.Zero;
            options.AddClient("a", model, client => client.MaxConcurrentCalls = 1);
        });
        var first = world.AskAsync();

        await Assert.ThrowsAsync<TimeoutException>(() => world.AskAsync().WaitAsync(RouterWorld.Hang));

        (await model.NextAsync()).Say("x");
        Assert.Equal("x", await first);
    }

    [Fact]
    public async Task CallThatCancelsItsWait_LeavesTheLine_AndTheNextGoes()
    {
        var model = new FakeModel();
        using var world = new RouterWorld(options => options.AddClient("a", model, client => client.MaxConcurrentCalls = 1));
        using var cancel = new CancellationTokenSource();
        var first = world.AskAsync();
        var second = world.AskAsync(priority: AgentPriority.High, cancellationToken: cancel.Token);
        var third = world.AskAsync();

        await cancel.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(RouterWorld.Hang));
        Assert.Equal(cancel.Token, exception.CancellationToken);
        (await model.NextAsync()).Say("first");
        (await model.NextAsync()).Say("third");

        Assert.Equal(["first", "third"], await world.EndAsync(Task.WhenAll(first, third)));
    }

    [Fact]
    public async Task DisposedRouter_EndsTheWaits()
    {
        var model = new FakeModel();
        using var world = new RouterWorld(options => options.AddClient("a", model, client => client.MaxConcurrentCalls = 1));
        var client = world.Select();
        var first = world.AskAsync();
        var second = world.AskAsync();

        world.Router.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => second.WaitAsync(RouterWorld.Hang));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync("x"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await world.Router.SelectClientAsync(new LlmRequest(LlmPurpose.Act)));
        (await model.NextAsync()).Say("x");
        await first;
    }

    [Theory]
    [InlineData(8, 20)]
    [InlineData(5, 50)]
    [InlineData(20, 20)]
    public async Task ManyCallers_AtAServerThatAllowsFew_LoseNothing_AndLittleTime(int allowed, int retryAfterMilliseconds)
    {
        const int Callers = 64;
        const int CallsEach = 20;
        var took = TimeSpan.FromMilliseconds(50);
        var (inside, refused) = (0, 0);
        RouterWorld? world = null;
        var model = new FakeModel
        {
            Answer = async (_, token) =>
            {
                if (Interlocked.Increment(ref inside) > allowed)
                {
                    Interlocked.Decrement(ref inside);
                    Interlocked.Increment(ref refused);
                    await Task.Delay(TimeSpan.FromMilliseconds(1), world!.Time, token);
                    throw new IOException();
                }

                await Task.Delay(took, world!.Time, token);
                Interlocked.Decrement(ref inside);
                return "x";
            },
        };
        using (world = new RouterWorld(options => options.AddClient("a", model, client => client.Classify = _ => RouterWorld.Throttled(retryAfterMilliseconds / 1000.0))))
        {
            var start = world.Time.GetUtcNow();

            async Task WorkAsync()
            {
                for (var i = 0; i < CallsEach; i++)
                    await world.AskAsync();
            }

            await world.Time.RunUntilAsync(Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => WorkAsync()))).WaitAsync(RouterWorld.Hang);

            var ideal = took * (Callers * CallsEach / (double)allowed);
            var ratio = (world.Time.GetUtcNow() - start) / ideal;
            TestContext.Current.TestOutputHelper?.WriteLine($"{ratio:F3} times the ideal, {refused} refusals");
            Assert.InRange(ratio, 1, 1.25);
            Assert.True(refused > 0, "The server was never asked for too much.");
        }
    }
}
