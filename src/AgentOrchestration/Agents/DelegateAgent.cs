namespace AgentOrchestration.Agents;

/// <summary>An agent that is one function.</summary>
internal sealed class DelegateAgent(Func<AgentContext, CancellationToken, Task<AgentOutput>> run) : IAgent
{
    public Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken) => run(context, cancellationToken);
}
