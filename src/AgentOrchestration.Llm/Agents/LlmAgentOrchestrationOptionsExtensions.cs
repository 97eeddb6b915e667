namespace AgentOrchestration;

/// <summary>Registers LLM agents by name, without a container.</summary>
public static class LlmAgentOrchestrationOptionsExtensions
{
    /// <summary>Registers an LLM agent by name; a later registration of the same name replaces it.</summary>
    /// <param name="options">The orchestrator's options.</param>
    /// <param name="name">Its name; not blank. <see cref="AgentOrchestrationOptions.DefaultAgentName"/> does the goals that name no agent.</param>
    /// <param name="configure">Says what it is told and what it may use.</param>
    /// <returns>The orchestrator's options.</returns>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which.</exception>
    public static AgentOrchestrationOptions AddLlmAgent(this AgentOrchestrationOptions options, string name, Action<LlmAgentOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var agent = Make(configure);
        return options.AddAgent(name, _ => agent);
    }

    internal static LlmAgent Make(Action<LlmAgentOptions>? configure)
    {
        var options = new LlmAgentOptions();
        configure?.Invoke(options);
        return new LlmAgent(options);
    }
}
