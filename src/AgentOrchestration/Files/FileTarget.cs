using AgentOrchestration.Locking;

namespace AgentOrchestration.Files;

/// <summary>Which file is meant, settled once.</summary>
/// <param name="Path">Its canonical path, in the case in which it was written.</param>
/// <param name="Key">Its lock.</param>
/// <param name="Limit">How far the caller may go; null for no limit.</param>
internal readonly record struct FileTarget(string Path, ResourceKey Key, FileLimit? Limit)
{
    /// <summary>The directory that it is in; empty for the root of the file system, which is no file.</summary>
    private string Directory => System.IO.Path.GetDirectoryName(Path) ?? "";

    /// <param name="path">The path as the caller wrote it.</param>
    /// <param name="limit">How far the caller may go; relative paths start at its root. Null for the current directory and no limit.</param>
    public static FileTarget Of(string path, FileLimit? limit)
    {
        var canonical = Settle(path, limit, isDirectory: false);
        return new FileTarget(canonical, ResourceKey.FileAt(canonical), limit);
    }

    /// <summary>The canonical path of a directory that is within the limit.</summary>
    public static string OfDirectory(string path, FileLimit? limit) => Settle(path, limit, isDirectory: true);

    /// <summary>Throws if a link was put into the canonical path, so that it leads elsewhere than to what is locked and, if there is a limit, checked to be within it.</summary>
    public void ThrowIfMoved()
    {
        if (ResourcePath.Follow(Path) != Path)
            throw FileRefusals.PathChanged(Path);
    }

    /// <summary>The directory that it is in; null if there is none.</summary>
    public HeldDirectory? TryOpenDirectory() => Directory is { Length: > 0 } directory ? HeldDirectory.TryOpen(directory) : throw FileRefusals.NotAFile(Path);

    /// <summary>The directory that it is in, which is made if the limit allows that.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public HeldDirectory OpenDirectory() => TryOpenDirectory()
        ?? (Limit is { Scope.CreatesDirectories: true } ? HeldDirectory.TryOpen(Directory, Limit.Root) : null)
        ?? throw new DirectoryNotFoundException($"Could not find a part of the path '{Path}'.");

    private static string Settle(string path, FileLimit? limit, bool isDirectory)
    {
        var canonical = ResourcePath.Follow(limit is null ? path : System.IO.Path.GetFullPath(path, limit.Root));
        limit?.Check(canonical, isDirectory);
        return canonical;
    }
}
