using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Coordination;

namespace AgentOrchestration;

/// <summary>The JSON form of plans, as that of events (<see cref="AgentEventJson"/>): snake case, source generated. It holds pattern, goals and options; reading it makes and checks the plan anew.</summary>
/// <example><code>
/// var json = JsonSerializer.Serialize(plan, OrchestrationPlanJson.TypeInfo);
/// var back = JsonSerializer.Deserialize(json, OrchestrationPlanJson.TypeInfo)!;
/// </code></example>
public static class OrchestrationPlanJson
{
    private static readonly JsonSerializerOptions Options = CreateOptions();

    /// <summary>Writes and reads a plan. Conditions, aggregators and judges made of code are refused with <see cref="NotSupportedException"/>: register them by name.</summary>
    public static JsonTypeInfo<OrchestrationPlan> TypeInfo { get; } = (JsonTypeInfo<OrchestrationPlan>)Options.GetTypeInfo(typeof(OrchestrationPlan));

    internal static JsonTypeInfo<AgentGoal[]> Goals { get; } = (JsonTypeInfo<AgentGoal[]>)Options.GetTypeInfo(typeof(AgentGoal[]));

    internal static JsonTypeInfo<AgentOutput> Output { get; } = (JsonTypeInfo<AgentOutput>)Options.GetTypeInfo(typeof(AgentOutput));

    internal static JsonTypeInfo<PlanJson> Written { get; } = (JsonTypeInfo<PlanJson>)Options.GetTypeInfo(typeof(PlanJson));

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(PlanJsonContext.Default.Options)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(PlanJsonContext.Default, AgentEventJson.TypeInfo.Options.TypeInfoResolver),
        };
        options.MakeReadOnly();
        return options;
    }
}
