using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Why a wait for a lock was given up.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LockAbandonReason>))]
public enum LockAbandonReason
{
    /// <summary>It was not free in time.</summary>
    Timeout,

    /// <summary>The call was cancelled, or the agent is ending.</summary>
    Cancelled,

    /// <summary>It would never have ended; <see cref="DeadlockRefused"/> comes before and says why.</summary>
    Deadlock,
}
