using AgentOrchestration.Llm.Tests.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Routing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class RouterSelectionTests
{
    [Fact]
    public async Task Request_GoesToAClientThatServesItsPurposeAndTags()
    {
        using var world = new RouterWorld(options => options
            .AddClient("judge", FakeModel.Saying("judge"), client => client.Purposes.UnionWith([LlmPurpose.Judge, LlmPurpose.Condition]))
            .AddClient("eyes", FakeModel.Saying("eyes"), client =>
            {
                client.Tags.UnionWith(["vision", "long"]);
                client.Purposes.UnionWith([LlmPurpose.Act, LlmPurpose.Plan, LlmPurpose.Merge]);
            }));

        async Task<string> Ask(LlmPurpose purpose, params string[] tags) => (await world.Select(new LlmRequest(purpose) { Tags = tags }).GetResponseAsync("x")).Text;

        Assert.Equal("judge", await Ask(LlmPurpose.Judge));
        Assert.Equal("judge", await Ask(LlmPurpose.Condition));
        Assert.Equal("eyes", await Ask(LlmPurpose.Act));
        Assert.Equal("eyes", await Ask(LlmPurpose.Act, "vision"));
        Assert.Equal("eyes", await Ask(LlmPurpose.Merge, "long", "vision"));
    }

    [Theory]
    [InlineData(LlmPurpose.Judge, "vision")]
    [InlineData(LlmPurpose.Act, "Vision")]
    [InlineData(LlmPurpose.Plan, null)]
    public async Task RequestThatNoneSuits_IsRefused_SayingWhatWasAskedAndWhatThereIs(LlmPurpose purpose, string? tag)
    {
        using var world = new RouterWorld(options => options
            .AddClient("judge", FakeModel.Saying("judge"), client => client.Purposes.Add(LlmPurpose.Judge))
            .AddClient("eyes", FakeModel.Saying("eyes"), client =>
            {
                client.Tags.Add("vision");
                client.Purposes.Add(LlmPurpose.Act);
            }));

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await world.Router.SelectClientAsync(new LlmRequest(purpose) { Tags = tag is null ? [] : [tag] }));

        Assert.Contains($"purpose '{purpose.ToString().ToLowerInvariant()}' with the tags {(tag is null ? "none" : $"'{tag}'")}.", refusal.Message);
        Assert.Contains("There are: 'judge' (purposes: judge; tags: none), 'eyes' (purposes: act; tags: 'vision').", refusal.Message);
    }

    [Fact]
    public async Task Calls_AreSpreadByLoadAndWeight()
    {
        var (small, big) = (new FakeModel(), new FakeModel());
        using var world = new RouterWorld(options => options.AddClient("small", small).AddClient("big", big, client => client.Weight = 3));

        var asked = Enumerable.Range(0, 40).Select(_ => world.AskAsync()).ToArray();

        Assert.Equal((10, 30), (small.InFlight, big.InFlight));
        for (var i = 0; i < 20; i++)
            (await big.NextAsync()).Say("big");
        await world.EndAsync(Task.WhenAll(asked.Where(task => task.IsCompleted).ToArray()));
        while (big.InFlight > 10)
            await Task.Yield();
        asked = [.. asked, .. Enumerable.Range(0, 12).Select(_ => world.AskAsync())];
        Assert.Equal((10, 22), (small.InFlight, big.InFlight));

        await AnswerAsync(small, 10);
        await AnswerAsync(big, 22);
        await world.EndAsync(Task.WhenAll(asked));
    }

    [Fact]
    public async Task ClientThatMayAnswerMore_IsGivenMore()
    {
        var (narrow, wide) = (new FakeModel(), new FakeModel());
        using var world = new RouterWorld(options => options
            .AddClient("narrow", narrow, client => client.MaxConcurrentCalls = 2)
            .AddClient("wide", wide, client => client.MaxConcurrentCalls = 8));

        var asked = Enumerable.Range(0, 5).Select(_ => world.AskAsync()).ToArray();

        Assert.Equal((1, 4), (narrow.InFlight, wide.InFlight));
        await AnswerAsync(narrow, 1);
        await AnswerAsync(wide, 4);
        await world.EndAsync(Task.WhenAll(asked));
    }

    [Fact]
    public async Task CallsOneAfterAnother_StayAtOneClient()
    {
        var (first, second) = (FakeModel.Saying("first"), FakeModel.Saying("second"));
        using var world = new RouterWorld(options => options.AddClient("first", first).AddClient("second", second));
        var client = world.Select();

        for (var i = 0; i < 5; i++)
            await client.GetResponseAsync("x");

        Assert.Equal((5, 0), (first.Calls, second.Calls));
    }

    [Fact]
    public async Task EachChoice_IsTold_WithNameReasonAndPrice()
    {
        var price = new ModelPrice(1, 5);
        var throttled = new FakeModel { Answer = (call, _) => call == 1 ? Task.FromException<string>(FakeModel.Status(429)) : Task.FromResult("late") };
        using var world = new RouterWorld(options => options
            .AddClient("broken", FakeModel.Failing(FakeModel.Status(500)), client => client.Weight = 2)
            .AddClient("throttled", throttled, client => client.Price = price));

        var answer = await world.EndAsync(world.AskAsync());

        Assert.Equal("late", answer);
        Assert.Equal(
            [new LlmRoute("broken", LlmRouteReason.Selected), new LlmRoute("throttled", LlmRouteReason.FailedOver, price), new LlmRoute("throttled", LlmRouteReason.Retried, price)],
            world.Routes);
    }

    [Fact]
    public async Task ListenerToRoutesThatThrows_LosesNoPlace()
    {
        using var world = new RouterWorld(options => options.AddClient("a", FakeModel.Saying("x")));
        var client = world.Select(new LlmRequest(LlmPurpose.Act) { Routed = _ => throw new FormatException() });

        await Assert.ThrowsAsync<FormatException>(() => client.GetResponseAsync("x"));

        Assert.Equal(0, world.Client().InFlight);
    }

    [Fact]
    public async Task ConversationThatAClientKeeps_StaysAtThatClient()
    {
        var (first, second) = (new FakeModel { ConversationId = "c1" }, new FakeModel { Answer = (_, _) => Task.FromResult("second") });
        using var world = new RouterWorld(options => options.AddClient("first", first, client => client.Weight = 1.5).AddClient("second", second));
        var client = world.Select();
        var opening = client.GetResponseAsync("x");
        (await first.NextAsync()).Say("first");
        var id = (await opening).ConversationId;
        var (busy, other) = (world.AskAsync(), world.AskAsync());
        await other;

        var going = client.GetResponseAsync("y", new ChatOptions { ConversationId = id });
        await AnswerAsync(first, 2);

        Assert.Equal("ok", (await going).Text);
        Assert.Equal("ok", await busy);
        Assert.Equal((3, 1), (first.Calls, second.Calls));
    }

    [Fact]
    public void Services_AreThoseOfTheClientThatWouldBeCalled()
    {
        var model = FakeModel.Saying("x");
        using var world = new RouterWorld(options => options.AddClient("a", model));
        var client = world.Select();

        Assert.Same(model, client.GetService(typeof(FakeModel)));
        Assert.Same(client, client.GetService(typeof(IChatClient)));
        Assert.Null(client.GetService(typeof(FakeModel), "key"));
        Assert.Null(client.GetService(typeof(string)));
    }

    [Fact]
    public async Task MessagesThatCanBeReadOnce_ReachEveryClientThatIsTried()
    {
        var heard = new List<int>();
        var second = new Listening(heard, fails: false);
        using var world = new RouterWorld(options => options.AddClient("first", new Listening(heard, fails: true)).AddClient("second", second));

        await world.Select().GetResponseAsync(Once());

        Assert.Equal([2, 2], heard);
    }

    private static IEnumerable<ChatMessage> Once()
    {
        yield return new ChatMessage(ChatRole.System, "x");
        yield return new ChatMessage(ChatRole.User, "y");
    }

    private static async Task AnswerAsync(FakeModel model, int calls)
    {
        for (var i = 0; i < calls; i++)
            (await model.NextAsync()).Say("ok");
    }

    private sealed class Listening(List<int> heard, bool fails) : DelegatingChatClient(fails ? FakeModel.Failing(FakeModel.Status(500)) : FakeModel.Saying("x"))
    {
        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            heard.Add(messages.Count());
            return base.GetResponseAsync(messages, options, cancellationToken);
        }
    }
}
