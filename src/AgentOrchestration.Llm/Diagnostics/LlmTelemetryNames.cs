namespace AgentOrchestration.Llm.Diagnostics;

/// <summary>Names of instruments and tags: a public contract, listed in docs/diagnostics.md. Source and meter are named as the core's.</summary>
internal static class LlmTelemetryNames
{
    public const string Source = "AgentOrchestration";

    public const string OrchestratorTag = "agent_orchestration.name";
    public const string ClientTag = "agent_orchestration.llm.client";
    public const string PurposeTag = "agent_orchestration.llm.purpose";
    public const string OutcomeTag = "agent_orchestration.llm.outcome";

    public const string CallDuration = "agent_orchestration.llm.call.duration";
    public const string CallWait = "agent_orchestration.llm.call.wait";
    public const string CallsInFlight = "agent_orchestration.llm.calls.in_flight";
    public const string CallsLimit = "agent_orchestration.llm.calls.limit";
    public const string CallsWaiting = "agent_orchestration.llm.calls.waiting";
    public const string Failovers = "agent_orchestration.llm.failovers";
    public const string Circuit = "agent_orchestration.llm.circuit";
}
