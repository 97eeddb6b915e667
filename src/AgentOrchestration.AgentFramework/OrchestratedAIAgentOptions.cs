using Microsoft.Agents.AI;

namespace AgentOrchestration;

/// <summary>How an orchestrator appears as an <see cref="AIAgent"/>.</summary>
public sealed record OrchestratedAIAgentOptions
{
    /// <summary>Its name. Default: null.</summary>
    public string? Name { get; init; }

    /// <summary>What it does, for those who choose among agents. Default: null.</summary>
    public string? Description { get; init; }

    /// <summary>The options of its runs. Null: the defaults.</summary>
    public OrchestrationRunOptions? Run { get; init; }
}
