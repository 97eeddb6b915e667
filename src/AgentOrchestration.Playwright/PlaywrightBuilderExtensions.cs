using AgentOrchestration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets agents share a browser.</summary>
public static class PlaywrightBuilderExtensions
{
    /// <summary>Uses a browser, which starts with the first navigation and ends with the orchestrator. See <see cref="AgentOrchestrationOptions.UseAutomation"/>.</summary>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="configure">Sets how it is driven; null for the defaults.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UsePlaywright(this IAgentOrchestrationBuilder builder, Action<PlaywrightOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Configure(options => options.UsePlaywright(configure));
    }
}
