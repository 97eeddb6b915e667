using AgentOrchestration.Budgets;
using AgentOrchestration.Durability;

namespace AgentOrchestration.Scheduling;

/// <summary>What only some agents have; kept apart so that the others do not pay for it.</summary>
internal sealed class AgentExtras
{
    /// <summary>The span within which it was spawned, if anybody listens to spans.</summary>
    public System.Diagnostics.Activity? SpawnedWithin { get; set; }

    public List<TaskCompletionSource<bool>>? PauseWaiters { get; set; }

    /// <summary>Its wait for a place in its group, while it waits for one.</summary>
    public GroupWait? GroupWait { get; set; }

    /// <summary>Holds what the goal claims, or waits for it; one for each attempt.</summary>
    public AgentLockOwner? Claims { get; set; }

    /// <summary>Holds what the parent lent it.</summary>
    public AgentLockOwner? Loans { get; set; }

    /// <summary>What it has used, once it has used anything.</summary>
    public BudgetAccount? Account { get; set; }

    public OneShotTimer? DeadlineTimer { get; set; }

    public OneShotTimer? QueueTimer { get; set; }

    public OneShotTimer? RetryTimer { get; set; }

    public Queue<AgentMessage> Mailbox { get; } = new();

    public LinkedList<MailReceiver> Receivers { get; } = new();

    /// <summary>How many messages were read.</summary>
    public int Received { get; set; }

    public byte[]? Checkpoint { get; set; }

    /// <summary>Requests for approval that were open at the crash and that it has not come to again, by their steps.</summary>
    public Dictionary<string, OpenRequest>? Requests { get; set; }

    /// <summary>Where it is stored, once anything of it is.</summary>
    public string? Stream { get; set; }

    /// <summary>Its place in the order of agents here, where its id is of another orchestrator; else 0.</summary>
    public ulong Order { get; set; }

    /// <summary>What the store has of it, if it was taken over from there.</summary>
    public RecordedAgent? Recorded { get; set; }

    public void StopTimers()
    {
        DeadlineTimer?.Stop();
        QueueTimer?.Stop();
        RetryTimer?.Stop();
    }
}
