using AgentOrchestration;
using AgentOrchestration.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers orchestrators.</summary>
public static class AgentOrchestrationServiceCollectionExtensions
{
    /// <summary>Registers <see cref="IAgentOrchestrator"/> as a singleton. Options are checked when the host starts; with the host's stop it shuts down.</summary>
    /// <param name="services">The host's services. What they hold of <see cref="IKnowledgeBase"/>, <see cref="ICriterionEvaluator"/>, <see cref="TimeProvider"/> and logging is used.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder to register agents on. Calling this again adds to the same orchestrator.</returns>
    public static IAgentOrchestrationBuilder AddAgentOrchestration(this IServiceCollection services, Action<AgentOrchestrationOptions>? configure = null)
    {
        var builder = Add(services, key: null, configure);
        services.TryAddSingleton<IAgentOrchestrator>(static provider => Make(provider, key: null));
        return builder;
    }

    /// <summary>Registers an <see cref="IAgentOrchestrator"/> under a key, beside others in the same host; resolve it with <see cref="FromKeyedServicesAttribute"/>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="key">The key, which is also the name of its options and a tag on its telemetry; not blank.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder to register agents on. Calling this again with the same key adds to the same orchestrator.</returns>
    public static IAgentOrchestrationBuilder AddAgentOrchestration(this IServiceCollection services, string key, Action<AgentOrchestrationOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        var builder = Add(services, key, configure);
        services.TryAddKeyedSingleton<IAgentOrchestrator>(key, (provider, _) => Make(provider, key));
        return builder;
    }

    private static AgentOrchestrationBuilder Add(IServiceCollection services, string? key, Action<AgentOrchestrationOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var name = key ?? Options.Options.DefaultName;
        var options = services.AddOptionsWithValidateOnStart<AgentOrchestrationOptions>(name);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        var marker = new OrchestratorRegistration(key);
        if (!services.Any(descriptor => marker.Equals(descriptor.ImplementationInstance)))
        {
            services.AddSingleton(marker);
            services.AddSingleton<IValidateOptions<AgentOrchestrationOptions>>(new OptionsValidator(name));
            services.AddSingleton<IHostedService>(provider => new OrchestratorHostedService(provider, key));
        }

        return new AgentOrchestrationBuilder(services, key);
    }

    private static AgentOrchestrator Make(IServiceProvider provider, string? key) =>
        new(provider.GetRequiredService<IOptionsMonitor<AgentOrchestrationOptions>>().Get(key ?? Options.Options.DefaultName), provider, key);
}
