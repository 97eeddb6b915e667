using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>Hides from the tool loop that a tool needs approval: the orchestrator asks for it, each call by itself, and the loop would stop for all of them.</summary>
internal sealed class HiddenApproval(AIFunction function) : DelegatingAIFunction(function)
{
    public AIFunction Tool => InnerFunction;

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ApprovalRequiredAIFunction) ? null : base.GetService(serviceType, serviceKey);
}
