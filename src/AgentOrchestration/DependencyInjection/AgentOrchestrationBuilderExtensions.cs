using System.Diagnostics.CodeAnalysis;
using AgentOrchestration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers agents by name.</summary>
public static class AgentOrchestrationBuilderExtensions
{
    /// <summary>Registers a type as an agent: made anew for each attempt, with its dependencies from the attempt's own scope.</summary>
    /// <typeparam name="TAgent">The agent; disposed with the scope if it is disposable.</typeparam>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="name">Its name; not blank. A later registration of the same name replaces it.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder AddAgent<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TAgent>(this IAgentOrchestrationBuilder builder, string name)
        where TAgent : class, IAgent
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);

        // Keyed, so that two names may share a type; scoped, so that the scope disposes it.
        var key = new AgentKey(builder.Key, name);
        builder.Services.AddKeyedScoped<IAgent, TAgent>(key);
        return builder.Configure(options => options.AddAgent(name, services => services.GetRequiredKeyedService<IAgent>(key)));
    }

    /// <summary>Registers a function as an agent.</summary>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="name">Its name; not blank. A later registration of the same name replaces it.</param>
    /// <param name="run">Does the work, as <see cref="IAgent.RunAsync"/>.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder AddAgent(this IAgentOrchestrationBuilder builder, string name, Func<AgentContext, CancellationToken, Task<AgentOutput>> run)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(run);
        return builder.Configure(options => options.AddAgent(name, run));
    }

    /// <summary>Registers a condition by name, as <see cref="AgentOrchestrationOptions.AddCondition"/> does; services are in its context.</summary>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="name">Its name; not blank. A later registration of the same name replaces it.</param>
    /// <param name="judge">Judges.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder AddCondition(this IAgentOrchestrationBuilder builder, string name, Func<ConditionContext, CancellationToken, ValueTask<ConditionVerdict>> judge)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(judge);
        return builder.Configure(options => options.AddCondition(name, judge));
    }

    /// <summary>Registers an aggregator by name, as <see cref="AgentOrchestrationOptions.AddAggregator"/> does; services are in its context.</summary>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="name">Its name; not blank. A later registration of the same name replaces it.</param>
    /// <param name="aggregate">Makes one output of the results.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder AddAggregator(this IAgentOrchestrationBuilder builder, string name, Func<AggregationContext, CancellationToken, ValueTask<AgentOutput>> aggregate)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(aggregate);
        return builder.Configure(options => options.AddAggregator(name, aggregate));
    }

    /// <summary>Registers a judge by name, as <see cref="AgentOrchestrationOptions.AddJudge"/> does; services are in its context.</summary>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="name">Its name; not blank. A later registration of the same name replaces it.</param>
    /// <param name="judge">Picks one of the candidates.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder AddJudge(this IAgentOrchestrationBuilder builder, string name, Func<JudgingContext, CancellationToken, ValueTask<JudgeVerdict>> judge)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(judge);
        return builder.Configure(options => options.AddJudge(name, judge));
    }

    /// <summary>Uses a type as the adapter of the user interface that agents share: made with the orchestrator, which disposes it. See <see cref="AgentOrchestrationOptions.UseAutomation"/>.</summary>
    /// <typeparam name="TAutomation">The adapter; its dependencies come from the container.</typeparam>
    /// <param name="builder">The orchestrator.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseAutomation<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TAutomation>(this IAgentOrchestrationBuilder builder)
        where TAutomation : class, IAutomationService
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Configure(static options => options.UseAutomation(static services => ActivatorUtilities.CreateInstance<TAutomation>(services)));
    }

    /// <summary>Changes the orchestrator's options, after what was configured before.</summary>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="configure">The change.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder Configure(this IAgentOrchestrationBuilder builder, Action<AgentOrchestrationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(builder.Key ?? Options.Options.DefaultName, configure);
        return builder;
    }

    /// <summary>Keeps the agents of several orchestrators apart.</summary>
    private sealed record AgentKey(string? Orchestrator, string Agent);
}
