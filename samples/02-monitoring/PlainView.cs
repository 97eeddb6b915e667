using AgentOrchestration;

namespace Monitoring;

/// <summary>One line for each event, and below each wait for somebody else why the agent does not run.</summary>
internal static class PlainView
{
    public static async Task ShowAsync(IAgentOrchestrator orchestrator, IAsyncEnumerable<AgentEvent> events)
    {
        var text = new EventText();
        await foreach (var e in events)
        {
            Console.WriteLine(text.Describe(e));
            if (e is AgentWaiting { Wait.Kind: AgentWaitKind.Resource or AgentWaitKind.Child, AgentId: { } id } && orchestrator.Explain(id) is { } explanation)
            {
                Console.WriteLine($"     why: {explanation}");
            }
        }
    }
}
