namespace AgentOrchestration;

/// <summary>What a model is needed for.</summary>
public enum LlmPurpose
{
    /// <summary>To work as an agent.</summary>
    Agent,

    /// <summary>To answer a condition's question with yes or no.</summary>
    Condition,

    /// <summary>To choose among candidates.</summary>
    Judge,

    /// <summary>To merge several results into one.</summary>
    Merge,
}
