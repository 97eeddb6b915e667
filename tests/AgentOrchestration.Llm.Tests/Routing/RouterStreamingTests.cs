using System.Runtime.CompilerServices;
using AgentOrchestration.Llm.Tests.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Routing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class RouterStreamingTests
{
    [Fact]
    public async Task Answer_ComesPartByPart_AndKeepsItsPlaceToTheEnd()
    {
        using var world = new RouterWorld(options => options.AddClient("a", Streaming((_, _) => FakeModel.Texts(["one ", "two ", "three"]))));
        var places = new List<int>();
        var text = "";

        await foreach (var update in world.Select().GetStreamingResponseAsync("x"))
        {
            places.Add(world.Client().InFlight);
            text += update.Text;
        }

        Assert.Equal("one two three", text);
        Assert.Equal([1, 1, 1], places);
        Assert.Equal(0, world.Client().InFlight);
    }

    [Fact]
    public async Task AnswerWithoutParts_IsAnAnswer()
    {
        using var world = new RouterWorld(options => options.AddClient("a", Streaming((_, _) => FakeModel.Texts([]))));

        Assert.Empty(await ReadAsync(world));
    }

    [Fact]
    public async Task FailureBeforeTheFirstPart_IsFollowedByAnotherClient()
    {
        using var world = new RouterWorld(options => options
            .AddClient("broken", Streaming((_, _) => FakeModel.Texts([], FakeModel.Status(500))))
            .AddClient("silent", Streaming((_, token) => SilentAfter([], token)), client => client.ChunkTimeout = TimeSpan.FromSeconds(5))
            .AddClient("works", FakeModel.Saying("works")));

        Assert.Equal(["works"], await world.EndAsync(ReadAsync(world)));
        Assert.Equal(["broken", "silent", "works"], world.Routes.Select(route => route.Client));
    }

    [Fact]
    public async Task RefusalBeforeTheFirstPart_Waits_AndGoesAgain()
    {
        using var world = new RouterWorld(options => options.AddClient(
            "a",
            Streaming((call, _) => call == 1 ? FakeModel.Texts([], FakeModel.Status(429)) : FakeModel.Texts("late")),
            client => client.Classify = _ => RouterWorld.Throttled(3)));
        var start = world.Time.GetUtcNow();

        Assert.Equal(["late"], await world.EndAsync(ReadAsync(world)));
        Assert.Equal(TimeSpan.FromSeconds(3), world.Time.GetUtcNow() - start);
    }

    [Fact]
    public async Task CutStream_Surfaces_AndIsTriedNowhereElse()
    {
        var other = FakeModel.Saying("other");
        using var world = new RouterWorld(options => options.AddClient("cut", Streaming((_, _) => FakeModel.Texts(["one"], new IOException("canary")))).AddClient("other", other));
        var parts = new List<string>();

        var exception = await Assert.ThrowsAsync<LlmCallException>(() => ReadAsync(world, parts));

        Assert.Equal(["one"], parts);
        Assert.Equal((LlmFailureKind.Unavailable, "cut"), (exception.Kind, Assert.Single(exception.Clients)));
        Assert.IsType<IOException>(exception.InnerException);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, other.Calls);
    }

    [Fact]
    public async Task StreamThatFallsSilent_Fails_WhileTimeThatTheReaderTakesDoesNotCount()
    {
        using var world = new RouterWorld(options => options.AddClient("a", Streaming((_, token) => SilentAfter(["one", "two"], token)), client => client.ChunkTimeout = TimeSpan.FromSeconds(5)));
        var parts = new List<string>();

        async Task ReadSlowlyAsync()
        {
            await foreach (var update in world.Select().GetStreamingResponseAsync("x"))
            {
                parts.Add(update.Text);
                await Task.Delay(TimeSpan.FromMinutes(1), world.Time);
            }
        }

        var exception = Assert.IsType<LlmCallException>(await world.FailureAsync(ReadSlowlyAsync()));

        Assert.Equal(["one", "two"], parts);
        Assert.IsType<TimeoutException>(exception.InnerException);
    }

    [Fact]
    public async Task ReaderThatStops_ClosesTheStream()
    {
        using var world = new RouterWorld(options => options.AddClient("a", Streaming((_, token) => SilentAfter(["one"], token))));

        await foreach (var update in world.Select().GetStreamingResponseAsync("x"))
            break;

        Assert.Equal(0, world.Client().InFlight);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task CallersCancel_EndsTheStreamAtOnce_ThoughTheClientIsDeaf(int partsBefore)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var world = new RouterWorld(options => options.AddClient("deaf", Streaming((_, _) => DeafAfter(partsBefore, gate.Task))));
        using var cancel = new CancellationTokenSource();
        var reading = ReadAsync(world, cancellationToken: cancel.Token);
        await world.Time.SettleAsync();

        await cancel.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(RouterWorld.Hang));

        Assert.Equal(cancel.Token, exception.CancellationToken);
        Assert.Equal(1, world.Client().InFlight);
        gate.SetResult();
        await world.Time.SettleAsync();
        Assert.Equal(0, world.Client().InFlight);
    }

    [Fact]
    public async Task StreamsThatAreCut_OpenTheCircuit()
    {
        using var world = new RouterWorld(options => options.AddClient(
            "cut",
            Streaming((_, _) => FakeModel.Texts(["one"], new IOException())),
            client => (client.CircuitMinimumCalls, client.CircuitFailureRatio) = (4, 0.5)));

        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<LlmCallException>(() => ReadAsync(world));

        Assert.Equal(AgentOrchestration.Llm.Routing.CircuitPhase.Open, world.Client().Circuit);
    }

    private static FakeModel Streaming(Func<int, CancellationToken, IAsyncEnumerable<string>> stream) => new() { Stream = stream };

    private static async IAsyncEnumerable<string> SilentAfter(IEnumerable<string> texts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var text in texts)
            yield return text;
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    private static async IAsyncEnumerable<string> DeafAfter(int parts, Task gate)
    {
        for (var i = 0; i < parts; i++)
            yield return "x";
        await gate;
    }

    private static async Task<List<string>> ReadAsync(RouterWorld world, List<string>? parts = null, CancellationToken cancellationToken = default)
    {
        parts ??= [];
        await foreach (var update in world.Select().GetStreamingResponseAsync("x", cancellationToken: cancellationToken))
            parts.Add(update.Text);
        return parts;
    }
}
