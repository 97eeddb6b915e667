using AgentOrchestration.Llm.Routing;
using AgentOrchestration.Llm.Tests.Loopback;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Llm.Tests.Routing;

/// <summary>What the official client makes of a real server's answers is understood as it comes; on the system's clock.</summary>
public sealed class RouterOverHttpTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TooManyRequests_AreWaitedFor_AsTheHeaderSays(bool streamed)
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackReply.Overloaded(TimeSpan.FromMilliseconds(40)), "hello");
        using var router = Router(options => options.AddClient("a", server.Connect()));
        var start = TimeProvider.System.GetTimestamp();

        Assert.Equal("hello", await AskAsync(router, streamed));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(40), RouterWorld.Hang);
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(502, true)]
    public async Task ServerError_FailsOver(int status, bool streamed)
    {
        await using var bad = await LoopbackServer.StartAsync(_ => LoopbackReply.Error(status));
        await using var good = await LoopbackServer.StartAsync("hello");
        using var router = Router(options => options.AddClient("bad", bad.Connect(), client => client.Weight = 2).AddClient("good", good.Connect()));

        Assert.Equal("hello", await AskAsync(router, streamed));
        Assert.Single(bad.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ServerThatIsNotThere_FailsOver(bool streamed)
    {
        IChatClient nowhere;
        await using (var gone = await LoopbackServer.StartAsync())
            nowhere = gone.Connect();
        await using var good = await LoopbackServer.StartAsync("hello");
        using var router = Router(options => options.AddClient("nowhere", nowhere, client => client.Weight = 2).AddClient("good", good.Connect()));

        Assert.Equal("hello", await AskAsync(router, streamed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BadRequest_IsRejected_WithoutWhatTheServerSaid(bool streamed)
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackReply.Error(400, "canary"));
        using var router = Router(options => options.AddClient("a", server.Connect()));

        var exception = await Assert.ThrowsAsync<LlmCallException>(() => AskAsync(router, streamed));

        Assert.Equal(LlmFailureKind.Rejected, exception.Kind);
        Assert.Contains("'a' (ClientResultException, HTTP 400)", exception.Message);
        Assert.Contains("canary", exception.InnerException!.Message);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectionThatIsCut_SurfacesAfterWhatHasCome()
    {
        var gate = new AgentGate();
        await using var server = await LoopbackServer.StartAsync(new LoopbackReply().Text("first").Pass(gate).Cut());
        using var router = Router(options => options.AddClient("a", server.Connect()));
        var client = await router.SelectClientAsync(new LlmRequest(LlmPurpose.Act));
        var text = "";

        var exception = await Assert.ThrowsAsync<LlmCallException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync("x"))
            {
                text += update.Text;
                if (update.Text.Length > 0)
                    gate.Open();
            }
        });

        Assert.Equal("first", text);
        Assert.Equal(LlmFailureKind.Unavailable, exception.Kind);
        Assert.Equal(0, router.Pool.Snapshot().Clients[0].InFlight);
    }

    [Fact]
    public async Task ManyCallers_AtAServerThatAllowsFew_LoseNothing()
    {
        const int Callers = 64;
        const int CallsEach = 4;
        await using var server = await LoopbackServer.StartAsync(
            static _ => new LoopbackReply().Delay(TimeSpan.FromMilliseconds(5)).Text("hello"), limit: 8, retryAfter: TimeSpan.FromMilliseconds(5));
        using var router = Router(options => options.AddClient("a", server.Connect()));

        async Task WorkAsync(int caller)
        {
            for (var i = 0; i < CallsEach; i++)
                Assert.Equal("hello", await AskAsync(router, streamed: caller % 2 == 0));
        }

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(WorkAsync)).WaitAsync(RouterWorld.Hang);

        var (peak, refused) = server.Load;
        Assert.Equal(Callers * CallsEach, server.Requests.Count - refused);
        Assert.InRange(peak, 1, 8);
        Assert.True(refused > 0, "The server was never asked for too much.");
    }

    private static LlmRouter Router(Action<LlmOptions> configure)
    {
        var options = new LlmOptions();
        configure(options);
        return LlmRouter.Create(options, new ServiceCollection().BuildServiceProvider(), TimeProvider.System, name: null);
    }

    private static async Task<string> AskAsync(LlmRouter router, bool streamed)
    {
        var client = await router.SelectClientAsync(new LlmRequest(LlmPurpose.Act));
        var response = streamed ? await client.GetStreamingResponseAsync("canary question").ToChatResponseAsync() : await client.GetResponseAsync("canary question");
        return response.Text;
    }
}
