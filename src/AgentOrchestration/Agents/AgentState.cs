using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Where an agent is in its life. The last three are final.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AgentState>))]
public enum AgentState
{
    /// <summary>Accepted; waits for its group, for a slot, or for its next attempt.</summary>
    Idle,

    /// <summary>Holds a slot and works.</summary>
    Running,

    /// <summary>Has started and waits for something, without a slot; <see cref="AgentStatus.WaitingFor"/> says for what.</summary>
    Waiting,

    /// <summary>Was paused; holds no slot, keeps its guards and its place in every queue.</summary>
    Paused,

    /// <summary>Ended by returning an output.</summary>
    Completed,

    /// <summary>Ended by an error or by running out of time.</summary>
    Failed,

    /// <summary>Ended by a cancel, by its parent's end, or by shutdown.</summary>
    Cancelled,
}
