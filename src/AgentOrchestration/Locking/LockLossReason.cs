using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Why a lock was taken away from its holder.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LockLossReason>))]
public enum LockLossReason
{
    /// <summary>Its <see cref="ResourceRequest.Lease"/> has run out.</summary>
    LeaseExpired,

    /// <summary>Its agent ignored its cancellation.</summary>
    AgentDetached,

    /// <summary>It had a lease, and the orchestrator that would have ended it was disposed.</summary>
    OrchestratorDisposed,
}
