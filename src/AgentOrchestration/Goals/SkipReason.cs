using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Why a goal of a run was never worked on.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SkipReason>))]
public enum SkipReason
{
    /// <summary>Its condition did not hold.</summary>
    ConditionNotMet,

    /// <summary>What it follows was skipped because conditions did not hold.</summary>
    NotNeeded,

    /// <summary>Something it follows did not succeed, or was skipped because of that.</summary>
    DependencyFailed,

    /// <summary>The run was cancelled, failed by its policy, or was decided before it came to this goal.</summary>
    RunStopped,

    /// <summary>The orchestrator took no more goals when it became ready: too many detached agents still run.</summary>
    Refused,

    /// <summary>It describes a worker, and the supervisor gave it nothing to do.</summary>
    NotDelegated,
}
