namespace AgentOrchestration.Scheduling;

/// <summary>Numbers of one moment, for telemetry and tests.</summary>
internal sealed record SchedulerCounts(IReadOnlyList<int> AgentsByState, int Ready, int SlotsHeld, int Capacity);
