using System.ClientModel;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Loopback;

/// <summary>The server, seen through the official client: what other tests build on.</summary>
public sealed class LoopbackServerTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private static readonly ChatOptions WithTool = new() { Tools = [AIFunctionFactory.Create((string path) => path, "read")] };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_WithTextCallsAndUsage_Arrives(bool streamed)
    {
        await using var server = await LoopbackServer.StartAsync(
            new LoopbackReply().Text("Let me ").Text("look.").Call("read", """{"path": "src/a.cs"}""", "c1").Call("read", """{"path": "src/b.cs"}""").Usage(120, 18));
        using var client = server.Connect();

        var response = await AskAsync(client, streamed);

        Assert.Equal("Let me look.", response.Text);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Equal((120, 18, 138), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        FunctionCallContent[] calls = [.. response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>()];
        Assert.Equal(["src/a.cs", "src/b.cs"], calls.Select(call => call.Arguments!["path"]!.ToString()));
        Assert.Equal(["c1", "call_1_1"], calls.Select(call => call.CallId));
        var request = Assert.Single(server.Requests);
        Assert.Equal(("scripted", streamed, "What is in it?"), (request.Model, request.Streams, request.LastText));
        Assert.Equal(["read"], request.Tools);
    }

    [Fact]
    public async Task Stream_ArrivesInChunks_WhileItIsWritten()
    {
        var gate = new AgentGate();
        await using var server = await LoopbackServer.StartAsync(new LoopbackReply().Text("first").Pass(gate).Text("second").Finish("length"));
        using var client = server.Connect();

        var updates = client.GetStreamingResponseAsync("Go.").GetAsyncEnumerator();
        while (await updates.MoveNextAsync().AsTask().WaitAsync(Hang) && updates.Current.Text != "first")
        {
        }

        Assert.Equal("first", updates.Current.Text);
        gate.Open();
        List<ChatResponseUpdate> rest = [];
        while (await updates.MoveNextAsync().AsTask().WaitAsync(Hang))
            rest.Add(updates.Current);
        Assert.Equal("second", string.Concat(rest.Select(update => update.Text)));
        Assert.Contains(rest, update => update.FinishReason == ChatFinishReason.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MalformedArguments_AreAnErrorInTheCall(bool streamed)
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackReply().Call("read", """{"path": "src"""));
        using var client = server.Connect();

        var response = await AskAsync(client, streamed);

        Assert.NotNull(Assert.Single(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>()).Exception);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Errors_ReachTheCaller_WithStatusAndHeaders_AndWithoutARetry(bool streamed)
    {
        await using var server = await LoopbackServer.StartAsync(LoopbackReply.Overloaded(TimeSpan.FromMilliseconds(1500)), LoopbackReply.Error(500));
        using var client = server.Connect();

        var overloaded = await Assert.ThrowsAsync<ClientResultException>(() => AskAsync(client, streamed));
        var broken = await Assert.ThrowsAsync<ClientResultException>(() => AskAsync(client, streamed));

        Assert.Equal((429, 500), (overloaded.Status, broken.Status));
        var headers = overloaded.GetRawResponse()!.Headers;
        Assert.True(headers.TryGetValue("Retry-After", out var seconds));
        Assert.True(headers.TryGetValue("retry-after-ms", out var milliseconds));
        Assert.Equal(("2", "1500"), (seconds, milliseconds));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task CutConnection_IsAFailure()
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackReply().Text("The beginning").Cut());
        using var client = server.Connect();

        Assert.NotNull(await Record.ExceptionAsync(() => client.GetResponseAsync("Go.")));
    }

    [Fact]
    public async Task CutConnection_InAStream_IsAFailure_AfterWhatCameBefore()
    {
        var gate = new AgentGate();
        await using var server = await LoopbackServer.StartAsync(new LoopbackReply().Text("The beginning").Pass(gate).Cut());
        using var client = server.Connect();
        var seen = "";

        var failure = await Record.ExceptionAsync(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync("Go."))
            {
                seen += update.Text;
                if (seen.Length > 0)
                    gate.Open();
            }
        }).AsTask().WaitAsync(Hang);

        Assert.NotNull(failure);
        Assert.Equal("The beginning", seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatIsNoJson_IsAFailure(bool streamed)
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackReply().Raw("{\"id\": oops"));
        using var client = server.Connect();

        Assert.NotNull(await Record.ExceptionAsync(() => AskAsync(client, streamed)));
    }

    [Fact]
    public async Task Cancel_EndsARequest_ThatNeverReturns()
    {
        var gate = new AgentGate();
        await using var server = await LoopbackServer.StartAsync(new LoopbackReply().Pass(gate));
        using var client = server.Connect();
        using var stop = new CancellationTokenSource();

        var answer = client.GetResponseAsync("Go.", cancellationToken: stop.Token);
        await gate.WaitForArrivalAsync().WaitAsync(Hang);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.WaitAsync(Hang));
    }

    [Fact]
    public async Task BeyondTheLimit_RequestsAreRefused_AndAPlaceIsFreeWhenTheAnswerHasArrived()
    {
        var gate = new AgentGate();
        await using var server = await LoopbackServer.StartAsync(request => request.LastText == "slow" ? new LoopbackReply().Pass(gate).Text("slow") : "fast", limit: 2);
        using var client = server.Connect();

        Task<ChatResponse>[] slow = [client.GetResponseAsync("slow"), client.GetResponseAsync("slow")];
        await gate.WaitForArrivalAsync(2).WaitAsync(Hang);
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync("fast"));
        gate.Open();
        await Task.WhenAll(slow).WaitAsync(Hang);
        for (var i = 0; i < 20; i++)
            await Task.WhenAll(client.GetResponseAsync("fast"), client.GetStreamingResponseAsync("fast").ToChatResponseAsync());

        Assert.Equal(429, refused.Status);
        Assert.Equal((2, 1), server.Load);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AModelThatAlwaysAsksForOneMoreTool_IsToldEachResult(bool streamed)
    {
        await using var server = await LoopbackServer.StartAsync(request => new LoopbackReply().Call("read", $$"""{"path": "{{request.Number}}"}"""));
        using var client = new FunctionInvokingChatClient(server.Connect()) { MaximumIterationsPerRequest = 3 };

        await AskAsync(client, streamed);

        Assert.Equal(["What is in it?", "1", "2", "3"], server.Requests.Select(request => request.LastText.Trim('"')));
    }

    private static Task<ChatResponse> AskAsync(IChatClient client, bool streamed) => streamed
        ? client.GetStreamingResponseAsync("What is in it?", WithTool).ToChatResponseAsync()
        : client.GetResponseAsync("What is in it?", WithTool);
}
