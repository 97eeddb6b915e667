using Microsoft.Extensions.AI;

namespace AgentOrchestration.Coordination;

/// <summary>The models that one run asks for itself: who answers and what is used is recorded as the run's, and counted with what its agents use.</summary>
internal sealed class RunModel(ILlmRouter router, PlanRun run)
{
    public async Task<ChatResponse> AskAsync(LlmRequest request, IReadOnlyList<ChatMessage> messages, ChatOptions options, CancellationToken stop)
    {
        var start = run.Time.GetTimestamp();
        LlmRoute? last = null;
        ChatResponse? response = null;
        try
        {
            var client = await router.SelectClientAsync(request with { Routed = Note }, stop).ConfigureAwait(false);
            response = await client.GetResponseAsync(messages, options, stop).ConfigureAwait(false);
            return response;
        }
        finally
        {
            var route = Volatile.Read(ref last);
            var elapsed = run.Time.GetElapsedTime(start);
            var used = UsageOf(response?.Usage, route?.Price, elapsed);
            run.Record(new ModelCallEnded(0, default, request.Purpose, route?.Client, response is not null, used, elapsed), used);
        }

        void Note(LlmRoute route)
        {
            Volatile.Write(ref last, route);
            run.Record(new ModelRouted(0, default, request.Purpose, route), AgentUsage.None);
        }
    }

    private static AgentUsage UsageOf(UsageDetails? usage, ModelPrice? price, TimeSpan elapsed)
    {
        var (input, output) = (usage?.InputTokenCount ?? 0, usage?.OutputTokenCount ?? 0);
        return new AgentUsage { InputTokens = input, OutputTokens = output, ModelCalls = 1, Cost = price?.Of(input, output) ?? 0, CallTime = elapsed };
    }
}
