using System.Text.Json;

namespace AgentOrchestration.Coordination;

/// <summary>What of a run is stored and is no event: its plan, goals that were added, and its output.</summary>
internal static class PlanRecords
{
    /// <summary>The plan as it is stored; empty if it holds code, so that it cannot be.</summary>
    public static byte[] Write(OrchestrationPlan plan)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(plan, OrchestrationPlanJson.TypeInfo);
        }
        catch (NotSupportedException)
        {
            // The run is recorded all the same; that it cannot be resumed is said when it would be.
            return [];
        }
    }

    public static byte[] Write(IReadOnlyList<AgentGoal> goals) => JsonSerializer.SerializeToUtf8Bytes([.. goals], OrchestrationPlanJson.Goals);

    public static byte[] Write(AgentOutput output) => JsonSerializer.SerializeToUtf8Bytes(output, OrchestrationPlanJson.Output);

    public static OrchestrationPlan ReadPlan(byte[] plan) => JsonSerializer.Deserialize(plan, OrchestrationPlanJson.TypeInfo) ?? throw new JsonException("The plan is null.");

    public static AgentGoal[] ReadGoals(byte[] goals) => JsonSerializer.Deserialize(goals, OrchestrationPlanJson.Goals) ?? throw new JsonException("The goals are null.");
}
