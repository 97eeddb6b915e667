namespace AgentOrchestration;

/// <summary>Which events locks raise.</summary>
public enum LockEventLevel
{
    /// <summary>Only refused deadlocks and locks that were taken away.</summary>
    Exceptional,

    /// <summary>These, and waits: how they begin and how they end. What is free is taken and released without an event.</summary>
    Contended,

    /// <summary>Every lock that is taken, and every one that is released. Each of them then passes one gate that all share.</summary>
    All,
}
