namespace AgentOrchestration.Locking;

/// <summary>An edge, or several, of the wait-for graph: one wait of one activity. Used with the table's wait gate held only.</summary>
internal abstract class GraphWait
{
    /// <summary>Whose wait it is: the node that the edge leaves.</summary>
    public abstract WaitParty Party { get; }

    /// <summary>Who waits, for people: the party, or the one of its owners that does.</summary>
    public virtual WaitParty Subject => Party;

    /// <summary>When it began, in the order of all waits.</summary>
    public long Ticket { get; set; }

    /// <summary>True if it ends when all who block it have moved; false if one of them is enough.</summary>
    public virtual bool NeedsAll => true;

    /// <summary>True if it can end for certain, whatever blocks it: found without a look at all who do, who may be many.</summary>
    public virtual bool CanSurelyEnd => false;

    public GraphWait? NextOfParty { get; set; }

    public abstract void CollectBlockersLocked(List<WaitBlocker> blockers);

    /// <summary>Ends it because it would never end. The action is to be run outside the gates.</summary>
    public abstract Action RefuseLocked(ResourceDeadlockException refusal);
}

/// <summary>What stands in the way of a wait: a party that must move, or another wait that must end first.</summary>
internal readonly record struct WaitBlocker(WaitParty? Party, GraphWait? Wait, string WaitsFor, string Relation);
