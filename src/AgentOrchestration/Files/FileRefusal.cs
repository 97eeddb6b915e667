namespace AgentOrchestration;

/// <summary>Why a file was not read or changed. It holds no content.</summary>
/// <param name="Reason">Why, for code.</param>
/// <param name="Path">The canonical path of the file.</param>
/// <param name="Message">Why, for people and models: what is the matter, and what to do next.</param>
public sealed record FileRefusal(FileRefusalReason Reason, string Path, string Message)
{
    /// <summary>What the caller expected; null if it did not matter.</summary>
    public ExpectedFileVersion? Expected { get; init; }

    /// <summary>What is there; null if the refusal came before that was known.</summary>
    public FileVersion? Found { get; init; }

    /// <summary>Who wrote what is there; null if it was something outside, or so long ago that it is forgotten.</summary>
    public FileWriter? Writer { get; init; }
}

/// <summary>Why a file was not read or changed.</summary>
public enum FileRefusalReason
{
    /// <summary>It does not contain what the caller expected: somebody wrote in between.</summary>
    Changed,

    /// <summary>The lock was taken away before the new content was in place, as when the agent was detached. Nothing was changed.</summary>
    LockLost,

    /// <summary>There is no such file to edit.</summary>
    Missing,

    /// <summary>It is a directory, a device, a pipe or a socket.</summary>
    NotAFile,

    /// <summary>It has several hard links: replacing it would leave the others with the old content.</summary>
    HardLinks,

    /// <summary>It is, or would become, larger than <see cref="AgentOrchestrationOptions.MaxFileBytes"/>.</summary>
    TooLarge,

    /// <summary>It is not text, so that it cannot be edited as such.</summary>
    NotText,

    /// <summary>The text to be replaced is not in it.</summary>
    TextNotFound,

    /// <summary>The text to be replaced is in it more than once.</summary>
    TextNotUnique,

    /// <summary>A link was put into its path while the caller waited for it, so that the path leads elsewhere.</summary>
    PathChanged,

    /// <summary>The path leads out of the root that the caller is limited to.</summary>
    OutsideRoot,

    /// <summary>The path leads to what the <see cref="FileScope"/> of the caller does not allow.</summary>
    NotAllowed,
}
