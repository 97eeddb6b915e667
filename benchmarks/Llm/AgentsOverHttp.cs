using System.Diagnostics;
using AgentOrchestration.Llm.Tests.Loopback;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Benchmarks.Llm;

/// <summary>LLM agents that each make a number of calls, with a tool between them, against a server on this machine whose model takes a fixed time.</summary>
internal sealed class AgentsOverHttp(int agents, int callsEach, TimeSpan callTime)
{
    private static readonly AIFunction Noop = AIFunctionFactory.Create(static () => "ok", "noop");

    /// <summary>How long it took, and how many requests the server refused.</summary>
    /// <param name="limit">Requests that the server takes at once; null for any number.</param>
    public async Task<(TimeSpan Elapsed, int Refused)> RunAsync(int? limit = null)
    {
        await using var server = await LoopbackServer.StartAsync(
            Answer,
            limit,
            retryAfter: TimeSpan.FromMilliseconds(5));
        using var client = server.Connect();
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = agents;
            options.MaxConcurrentTools = agents;
            options.UseLlm(llm => llm.AddClient("server", client)).AddLlmAgent("default", static agent =>
            {
                agent.MaxPlanSteps = 0;
                agent.MaxTurns = 100;
                agent.Tools.Add(Noop);
            });
        });

        // The first connection and the first use of the code are not what is asked about.
        await CompleteAsync(orchestrator, 1);
        var started = Stopwatch.GetTimestamp();
        await CompleteAsync(orchestrator, agents);
        return (Stopwatch.GetElapsedTime(started), server.Load.Refused);
    }

    /// <summary>The same by nothing but the client and its tool loop, for as many tasks as there were agents.</summary>
    public async Task<TimeSpan> RunBareAsync()
    {
        await using var server = await LoopbackServer.StartAsync(Answer);
        using var client = server.Connect();
        using var loop = new FunctionInvokingChatClient(client);
        var options = new ChatOptions { Tools = [Noop], MaxOutputTokens = 4_096 };
        await AskAsync(loop, options);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, agents).Select(_ => AskAsync(loop, options)));
        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task AskAsync(IChatClient client, ChatOptions options)
    {
        await foreach (var _ in client.GetStreamingResponseAsync("goal", options))
        {
        }
    }

    private LoopbackReply Answer(LoopbackRequest request)
    {
        var reply = new LoopbackReply().Delay(callTime);
        return (ToolResults(request) < callsEach - 1 ? reply.Call("noop") : reply.Text("done")).Usage(10, 1);
    }

    private async Task CompleteAsync(AgentOrchestrator orchestrator, int count)
    {
        var handles = await orchestrator.SpawnParallelAsync([.. Enumerable.Range(0, count).Select(static number => new AgentGoal($"goal {number}"))]);
        foreach (var handle in handles)
        {
            var result = await handle.Completion;
            if (!result.Succeeded || result.Usage.ModelCalls != callsEach)
            {
                throw new InvalidOperationException($"An agent made {result.Usage.ModelCalls} calls and was {result.State}: {result.Error?.Message}");
            }
        }
    }

    private static int ToolResults(LoopbackRequest request) => request.Messages.Count(static message => message.GetProperty("role").GetString() == "tool");
}
