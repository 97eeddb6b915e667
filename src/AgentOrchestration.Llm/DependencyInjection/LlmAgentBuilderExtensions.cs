using AgentOrchestration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers LLM agents by name.</summary>
public static class LlmAgentBuilderExtensions
{
    /// <summary>Registers an LLM agent by name; a later registration of the same name replaces it.</summary>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="name">Its name; not blank. <see cref="AgentOrchestrationOptions.DefaultAgentName"/> does the goals that name no agent.</param>
    /// <param name="configure">Says what it is told and what it may use.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which.</exception>
    public static IAgentOrchestrationBuilder AddLlmAgent(this IAgentOrchestrationBuilder builder, string name, Action<LlmAgentOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var agent = LlmAgentOrchestrationOptionsExtensions.Make(configure);
        return builder.Configure(options => options.AddAgent(name, _ => agent));
    }
}
