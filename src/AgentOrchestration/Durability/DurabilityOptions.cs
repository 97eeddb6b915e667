using System.ComponentModel.DataAnnotations;
using AgentOrchestration.Internal;

namespace AgentOrchestration;

/// <summary>How an orchestrator uses its store. Without a store nothing here has an effect.</summary>
public sealed class DurabilityOptions
{
    /// <summary>How long after its last sign of life an orchestrator is taken for dead, so that another one on the same store goes on with its agents. It gives a sign three times as often; one that
    /// cannot for so long ends its agents itself.</summary>
    /// <value>From 1 s to 1 day. Default: 15 s.</value>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a store that fails for a passing reason, such as a locked file, is tried again. Then, or at once for another reason, everything that runs is ended with
    /// <see cref="AgentErrorCodes.StoreFailed"/>, since what it did could not be kept.</summary>
    /// <value>From zero to 1 day. Default: 10 s.</value>
    [DurationRange("00:00:00", "1.00:00:00")]
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a host resumes at its start what an earlier process left unfinished; otherwise <see cref="IAgentOrchestrator.RestoreAsync"/> does.</summary>
    /// <value>Default: true.</value>
    public bool RestoreOnStart { get; set; } = true;

    /// <summary>How long after their end runs and agents stay in the store; null for ever.</summary>
    /// <value>From 1 s, or null. Default: null.</value>
    [DurationRange("00:00:01", "36500.00:00:00")]
    public TimeSpan? Retention { get; set; }

    /// <summary>Bytes of record data that those which have ended may take up in the store; beyond it the ones that ended first go. Null for no limit.</summary>
    /// <value>From 0, or null. Default: null.</value>
    [Range(0, long.MaxValue)]
    public long? RetentionBytes { get; set; }

    /// <summary>Encrypts what is stored, or leaves it out; null stores it as it is.</summary>
    public IRecordProtector? Protector { get; set; }

    internal DurabilityOptions Copy() => (DurabilityOptions)MemberwiseClone();
}
