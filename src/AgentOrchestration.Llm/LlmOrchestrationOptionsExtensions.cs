using AgentOrchestration.Llm.DependencyInjection;
using AgentOrchestration.Llm.Knowledge;
using AgentOrchestration.Llm.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>Gives an orchestrator models, without a container.</summary>
public static class LlmOrchestrationOptionsExtensions
{
    /// <summary>
    /// Makes a router over chat clients together with the orchestrator, which disposes it; <see cref="AgentOrchestrationOptions.LlmRouter"/> goes before it. With a container use
    /// <see cref="LlmBuilderExtensions.AddLlm"/>. An <see cref="LlmAgent"/> does the goals that name no agent, unless one is registered for them, and models judge the success criteria that agents
    /// leave open, unless <see cref="AgentOrchestrationOptions.CriterionEvaluator"/> is set.
    /// </summary>
    /// <param name="options">The orchestrator's options.</param>
    /// <param name="configure">Adds clients and sets options.</param>
    /// <returns>The orchestrator's options.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of its range; the message says which.</exception>
    /// <example><code>
    /// await using var orchestrator = AgentOrchestrator.Create(o => o.UseLlm(llm => llm.AddClient("main", chatClient)));
    /// </code></example>
    public static AgentOrchestrationOptions UseLlm(this AgentOrchestrationOptions options, Action<LlmOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configure);
        var llm = new LlmOptions();
        configure(llm);
        LlmOptionsChecks.ThrowIfInvalid(llm);

        // The clock is read when the router is made: it may be set after this.
        options.CriterionEvaluator ??= new LlmCriterionEvaluator();
        return options.TryAddAgent(AgentOrchestrationOptions.DefaultAgentName, static _ => new LlmAgent()).UseLlmRouter(services => LlmRouter.Create(llm, services, options.TimeProvider, name: null));
    }

    /// <summary>Lets the knowledge base be searched by meaning too, without a container; with one, register the generator there.</summary>
    /// <param name="options">The orchestrator's options.</param>
    /// <param name="generator">Makes the embeddings; thread-safe. It stays the host's.</param>
    /// <returns>The orchestrator's options.</returns>
    public static AgentOrchestrationOptions UseEmbeddings(this AgentOrchestrationOptions options, IEmbeddingGenerator<string, Embedding<float>> generator)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(generator);
        return options.UseKnowledge((services, inner) => EmbeddingKnowledgeBase.Around(inner, generator, services));
    }
}
