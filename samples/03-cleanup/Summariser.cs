using AgentOrchestration;

namespace Cleanup;

/// <summary>An agent with a large result: 60 KB each.</summary>
internal sealed class Summariser : IAgent
{
    public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return context.Goal.Description.PadRight(Limits.OutputCharacters, '.');
    }
}
