using AgentOrchestration.Llm.Tests.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Routing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class RouterFailoverTests
{
    public static TheoryData<Exception> Failures() =>
    [
        FakeModel.Status(500), FakeModel.Status(502), FakeModel.Status(408), new HttpRequestException("canary"), new IOException("canary"), new TaskCanceledException("canary", new TimeoutException()),
        new InvalidOperationException("canary"),
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task ClientThatFails_IsFollowedByAnother(Exception failure)
    {
        using var world = new RouterWorld(options => options.AddClient("broken", FakeModel.Failing(failure)).AddClient("works", FakeModel.Saying("works")));

        Assert.Equal("works", await world.AskAsync());
        Assert.Equal(["broken", "works"], world.Routes.Select(route => route.Client));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(422)]
    public async Task RequestThatIsRefused_IsTriedNowhereElse(int status)
    {
        var (refuses, other) = (FakeModel.Failing(FakeModel.Status(status)), FakeModel.Saying("other"));
        using var world = new RouterWorld(options => options.AddClient("refuses", refuses).AddClient("other", other));

        var exception = await Assert.ThrowsAsync<LlmCallException>(() => world.AskAsync());

        Assert.Equal(LlmFailureKind.Rejected, exception.Kind);
        Assert.Equal(["refuses"], exception.Clients);
        Assert.Contains($"'refuses' (HttpRequestException, HTTP {status}) refused a call for 'act'", exception.Message);
        Assert.IsType<HttpRequestException>(exception.InnerException);
        Assert.Equal(0, other.Calls);
    }

    [Fact]
    public async Task WhenAllFail_EachWasTriedOnce_AndTheMessageNamesThem_WithoutContent()
    {
        var (a, b) = (FakeModel.Failing(FakeModel.Status(500)), FakeModel.Failing(new IOException("canary")));
        using var world = new RouterWorld(options => options.AddClient("a", a).AddClient("b", b));

        var exception = await Assert.ThrowsAsync<LlmCallException>(() => world.AskAsync());

        Assert.Equal(LlmFailureKind.Unavailable, exception.Kind);
        Assert.Equal(["a", "b"], exception.Clients);
        Assert.Equal((1, 1), (a.Calls, b.Calls));
        Assert.IsType<IOException>(exception.InnerException);
        Assert.Contains("'a' (HttpRequestException, HTTP 500), 'b' (IOException)", exception.Message);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostsOwnWord_CountsBeforeTheRouters()
    {
        var (sulks, other) = (FakeModel.Failing(FakeModel.Status(400)), FakeModel.Saying("other"));
        using var world = new RouterWorld(options => options
            .AddClient("sulks", sulks, client => client.Classify = failure => failure is HttpRequestException ? new LlmFailure(LlmFailureKind.Unavailable) : null)
            .AddClient("other", other));

        Assert.Equal("other", await world.AskAsync());
    }

    [Fact]
    public async Task ClientThatTakesTooLong_IsFollowedByAnother_AndKeepsItsPlaceUntilItEnds()
    {
        var deaf = new FakeModel();
        using var world = new RouterWorld(options => options
            .AddClient("deaf", deaf, client => client.CallTimeout = TimeSpan.FromSeconds(10))
            .AddClient("works", FakeModel.Saying("works")));

        var answer = world.AskAsync();
        var held = await deaf.NextAsync();
        Assert.Equal("works", await world.EndAsync(answer));

        Assert.True(held.Token.IsCancellationRequested);
        Assert.Equal(1, world.Client().InFlight);
        held.Say("too late");
        await world.Time.SettleAsync();
        Assert.Equal(0, world.Client().InFlight);
    }

    [Fact]
    public async Task TimeOverEverywhere_IsNoCancellation()
    {
        using var world = new RouterWorld(options => options.AddClient("slow", new FakeModel { Answer = NeverAsync }, client => client.CallTimeout = TimeSpan.FromSeconds(10)));

        var exception = Assert.IsType<LlmCallException>(await world.FailureAsync(world.AskAsync()));

        Assert.Equal("Client 'slow' did not answer within 00:00:10.", Assert.IsType<TimeoutException>(exception.InnerException).Message);
    }

    [Fact]
    public async Task CallersCancel_EndsTheCallAtOnce_AndIsNoFailureOfTheClient()
    {
        var (deaf, other) = (new FakeModel(), FakeModel.Saying("other"));
        using var world = new RouterWorld(options => options.AddClient("deaf", deaf).AddClient("other", other));
        using var cancel = new CancellationTokenSource();
        var call = world.AskAsync(cancellationToken: cancel.Token);
        var held = await deaf.NextAsync();

        await cancel.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(RouterWorld.Hang));

        Assert.Equal(cancel.Token, exception.CancellationToken);
        Assert.Equal(0, other.Calls);
        held.Fail(new IOException());
        await world.Time.SettleAsync();
        Assert.Equal(0, world.Client().InFlight);
    }

    [Fact]
    public async Task CancelBeforeTheCall_CallsNobody()
    {
        var model = FakeModel.Saying("x");
        using var world = new RouterWorld(options => options.AddClient("a", model));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Select().GetResponseAsync("x", cancellationToken: new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Router.SelectClientAsync(new LlmRequest(LlmPurpose.Act), new CancellationToken(canceled: true)));

        Assert.Equal(0, model.Calls);
    }

    [Fact]
    public async Task ClassifierThatThrows_LosesNoPlace()
    {
        using var world = new RouterWorld(options => options.AddClient("a", FakeModel.Failing(new IOException()), client => client.Classify = _ => throw new FormatException()));

        await Assert.ThrowsAsync<FormatException>(() => world.AskAsync());

        Assert.Equal(0, world.Client().InFlight);
    }

    private static async Task<string> NeverAsync(int call, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return "";
    }
}
