using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Testing;

public sealed class ScriptedModelTests
{
    private static readonly ChatMessage[] Conversation = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "What is in a.txt?")];

    [Fact]
    public async Task Turns_AreGivenOneAfterAnother_ThenItFails()
    {
        var model = new ScriptedModel(new ModelTurn().Text("Let me ").Text("look.").Call("read", """{"path": "a.txt"}""", "c1").Usage(12, 5), "Nothing.");

        var first = await model.GetResponseAsync(Conversation);
        var second = await model.GetResponseAsync(Conversation);

        Assert.Equal("Let me look.", first.Text);
        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        Assert.Equal(17, first.Usage!.TotalTokenCount);
        var call = Assert.Single(first.Messages.Single().Contents.OfType<FunctionCallContent>());
        Assert.Equal(("c1", "read", "a.txt"), (call.CallId, call.Name, call.Arguments!["path"]!.ToString()));
        Assert.Equal("Nothing.", second.Text);
        Assert.Equal(ChatFinishReason.Stop, second.FinishReason);
        await Assert.ThrowsAsync<InvalidOperationException>(() => model.GetResponseAsync(Conversation));
    }

    [Fact]
    public async Task Streamed_EachStepIsAChunk_AndAFailureComesWhereItWasWritten()
    {
        var failure = new IOException("cut");
        var model = new ScriptedModel(new ModelTurn().Text("a").Text("b").Finish(ChatFinishReason.Length), new ModelTurn().Text("c").Throw(failure));

        var whole = await model.GetStreamingResponseAsync(Conversation).ToListAsync();
        var cut = model.GetStreamingResponseAsync(Conversation).GetAsyncEnumerator();

        Assert.Equal(["a", "b", ""], whole.Select(update => update.Text));
        Assert.Equal(ChatFinishReason.Length, whole[^1].FinishReason);
        Assert.True(await cut.MoveNextAsync());
        Assert.Equal("c", cut.Current.Text);
        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(async () => await cut.MoveNextAsync()));
        Assert.All(model.Calls, call => Assert.True(call.Streamed));
    }

    [Fact]
    public async Task Function_SeesTheWholeRequest_AndCallsGetIdsOfTheirOwn()
    {
        var look = new ModelTurn().Call("look");
        var model = new ScriptedModel((messages, options) => options?.Tools is { Count: > 0 } ? look : $"{messages.Count} messages");
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(() => "seen", "look")] };

        var first = await model.GetResponseAsync(Conversation, options);
        var second = await model.GetResponseAsync(Conversation, options);
        var third = await model.GetResponseAsync(Conversation);

        string[] ids = [.. first.Messages.Concat(second.Messages).SelectMany(message => message.Contents).OfType<FunctionCallContent>().Select(call => call.CallId)];
        Assert.Equal(2, ids.Distinct().Count());
        Assert.Equal("2 messages", third.Text);
    }

    [Fact]
    public async Task MalformedArguments_AreAnErrorInTheCall()
    {
        var response = await new ScriptedModel(new ModelTurn().Call("read", """{"path": """)).GetResponseAsync(Conversation);

        var call = Assert.IsType<FunctionCallContent>(response.Messages.Single().Contents.Single());
        Assert.NotNull(call.Exception);
        Assert.Null(call.Arguments);
    }

    [Fact]
    public async Task Calls_AreAsTheyWere()
    {
        var model = new ScriptedModel("one", "two");
        List<ChatMessage> conversation = [.. Conversation];
        var options = new ChatOptions { Temperature = 1 };

        await model.GetResponseAsync(conversation, options);
        conversation[^1].Contents.Add(new TextContent(" And in b.txt?"));
        conversation.Add(new ChatMessage(ChatRole.User, "Go on."));
        options.Temperature = 2;
        await model.GetStreamingResponseAsync(conversation, options).ToListAsync();

        Assert.Equal([2, 3], model.Calls.Select(call => call.Messages.Count));
        Assert.Equal([1f, 2f], model.Calls.Select(call => call.Options!.Temperature));
        Assert.Equal([false, true], model.Calls.Select(call => call.Streamed));
        Assert.Equal(["What is in a.txt?", "Go on."], model.Questions);
    }

    [Fact]
    public async Task Waits_AreForClockAndGate_AndEndByCancellation()
    {
        var time = new FakeTimeProvider();
        var gate = new AgentGate();
        var model = new ScriptedModel(new ModelTurn().Delay(TimeSpan.FromSeconds(5), time).Pass(gate).Text("late"), new ModelTurn().Pass(new AgentGate()));
        using var stop = new CancellationTokenSource();

        var late = model.GetResponseAsync(Conversation);
        var never = model.GetResponseAsync(Conversation, cancellationToken: stop.Token);
        time.Advance(TimeSpan.FromSeconds(5));
        await gate.WaitForArrivalAsync();
        Assert.False(late.IsCompleted);
        gate.Open();
        await stop.CancelAsync();

        Assert.Equal("late", (await late).Text);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }

    [Fact]
    public async Task IgnoredGate_IsDeafToCancellation()
    {
        var gate = new AgentGate();
        var model = new ScriptedModel(new ModelTurn().Ignore(gate).Text("too late"));
        using var stop = new CancellationTokenSource();

        var answer = model.GetResponseAsync(Conversation, cancellationToken: stop.Token);
        await stop.CancelAsync();
        Assert.False(answer.IsCompleted);
        gate.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }
}
