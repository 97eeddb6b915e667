using AgentOrchestration;
using AgentOrchestration.Llm.DependencyInjection;
using AgentOrchestration.Llm.Knowledge;
using AgentOrchestration.Llm.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gives an orchestrator models.</summary>
public static class LlmBuilderExtensions
{
    /// <summary>
    /// Registers a router over chat clients as <see cref="ILlmRouter"/>, under the orchestrator's key if it has one; a router that the host has registered itself is left in its place. Where no
    /// client is added, the container's <see cref="IChatClient"/> is used, under the name <see cref="LlmOptions.DefaultClientName"/>.
    /// </summary>
    /// <remarks>
    /// An <see cref="LlmAgent"/> does the goals that name no agent, unless one is registered for them. Models judge the success criteria that agents leave open, unless the host has an
    /// <see cref="ICriterionEvaluator"/>. If the container has an embedding generator, the knowledge base is searched by meaning too.
    /// </remarks>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="configure">Adds clients and sets options.</param>
    /// <returns>The builder. Calling this again adds to the same options.</returns>
    /// <example><code>
    /// services.AddAgentOrchestration().AddLlm(llm => llm
    ///     .AddClient("fast", fast, client => client.Purposes.UnionWith([LlmPurpose.Judge, LlmPurpose.Condition]))
    ///     .AddClient("strong", strong));
    /// </code></example>
    public static IAgentOrchestrationBuilder AddLlm(this IAgentOrchestrationBuilder builder, Action<LlmOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptionsWithValidateOnStart<LlmOptions>(builder.Key ?? Options.Options.DefaultName);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LlmOptions>, LlmOptionsValidator>());
        if (builder.Key is { } key)
        {
            builder.Services.TryAddKeyedSingleton<ILlmRouter>(key, (services, _) => Make(services, key));
        }
        else
        {
            builder.Services.TryAddSingleton<ILlmRouter>(static services => Make(services, key: null));
        }

        builder.Services.TryAddSingleton<ICriterionEvaluator, LlmCriterionEvaluator>();
        builder.Services.PostConfigure<AgentOrchestrationOptions>(
            builder.Key ?? Options.Options.DefaultName,
            static options => options.TryAddAgent(AgentOrchestrationOptions.DefaultAgentName, static _ => new LlmAgent()));
        return builder.Configure(static options => options.UseKnowledge(static (services, inner) =>
            services.GetService<IEmbeddingGenerator<string, Embedding<float>>>() is { } generator ? EmbeddingKnowledgeBase.Around(inner, generator, services) : inner));
    }

    private static LlmRouter Make(IServiceProvider services, string? key)
    {
        var name = key ?? Options.Options.DefaultName;
        var time = services.GetRequiredService<IOptionsMonitor<AgentOrchestrationOptions>>().Get(name).TimeProvider;
        return LlmRouter.Create(services.GetRequiredService<IOptionsMonitor<LlmOptions>>().Get(name), services, time, key);
    }
}
