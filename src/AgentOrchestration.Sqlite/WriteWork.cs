namespace AgentOrchestration.Sqlite;

/// <summary>One thing to be written, and who waits for it.</summary>
internal abstract class WriteWork
{
    /// <summary>How many records it writes.</summary>
    public virtual int Records => 1;

    /// <summary>Whether it freed room.</summary>
    public virtual bool HasDeleted => false;

    /// <summary>Does it, within a transaction. What it refuses it keeps for later, and has changed nothing then.</summary>
    public abstract void Execute(WriteSession session);

    /// <summary>It is on the disk.</summary>
    public abstract void Committed();

    /// <summary>It is not.</summary>
    public abstract void Failed(Exception exception);
}
