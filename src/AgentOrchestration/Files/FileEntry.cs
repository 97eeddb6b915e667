namespace AgentOrchestration;

/// <summary>What a directory contains.</summary>
/// <param name="Name">Its name in the directory.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Length">The size of a file in bytes; 0 for anything else.</param>
public sealed record FileEntry(string Name, FileEntryKind Kind, long Length);

/// <summary>What can be in a directory.</summary>
public enum FileEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A link, wherever it leads.</summary>
    Link,

    /// <summary>A device, a pipe or a socket; on Linux only, elsewhere they are not told from files.</summary>
    Other,
}
