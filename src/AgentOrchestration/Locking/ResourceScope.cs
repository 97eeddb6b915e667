namespace AgentOrchestration.Locking;

/// <summary>How a key relates to others.</summary>
internal enum ResourceScope : byte
{
    None,
    File,
    Directory,
    Element,
    Surface,
}
