namespace AgentOrchestration;

/// <summary>What is allowed below the root that files are limited to.</summary>
/// <remarks>The functions are given paths below the root, with <c>/</c> between the names and links followed. They may be called from any thread, must be quick, and must not throw.</remarks>
public sealed record FileScope
{
    /// <summary>Whether a write makes the directories that are missing below the root. Default: no, such a write fails.</summary>
    public bool CreatesDirectories { get; init; }

    /// <summary>Which files may be read, changed and listed. Null: all.</summary>
    public Func<string, bool>? AllowsFile { get; init; }

    /// <summary>Which directories may be listed and passed on the way to a file. Null: all.</summary>
    public Func<string, bool>? AllowsDirectory { get; init; }
}
