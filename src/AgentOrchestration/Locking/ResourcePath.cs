namespace AgentOrchestration.Locking;

/// <summary>Turns the paths that lead to one file into one.</summary>
internal static class ResourcePath
{
    // As many as Linux follows before it reports a circle.
    private const int MaxLinks = 40;

    private static readonly bool IgnoresCase = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS();

    /// <summary>The canonical path as it names a file, in upper case where the platform ignores case.</summary>
    public static string Resolve(string path) => Fold(Follow(path));

    /// <summary>A path in the case in which the platform compares it.</summary>
    public static string Fold(string path) => IgnoresCase ? path.ToUpperInvariant() : path;

    /// <summary>
    /// The canonical path: absolute, without dots and doubled or trailing separators, every link on the way followed, the last one too; what does not exist is kept as
    /// written.
    /// </summary>
    public static string Follow(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);

        // The file APIs apply ".." to the text, before links are followed; a key must mean the file that they open.
        var full = Path.GetFullPath(path);
        var root = Path.GetPathRoot(full)!;
        var pending = new Stack<string>();
        Push(pending, full.AsSpan(root.Length));
        var resolved = root;
        for (var links = 0; pending.TryPop(out var name);)
        {
            if (name == "..")
            {
                // From the target of a link, where ".." means the parent of what was really reached.
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }

            var next = Path.Join(resolved, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks)
                throw new IOException($"The links in '{path}' form a circle.");

            if (Path.IsPathRooted(target))
            {
                resolved = Path.GetPathRoot(Path.GetFullPath(target))!;
                target = target[(Path.GetPathRoot(target)?.Length ?? 0)..];
            }

            Push(pending, target);
        }

        return resolved;
    }

    /// <summary>Whether a canonical path is the canonical directory or lies below it: <c>/a/b</c> is at or above <c>/a/b/c</c> and not <c>/a/bc</c>.</summary>
    public static bool IsAtOrBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (path.Length == directory.Length || path[directory.Length] == Path.DirectorySeparatorChar || Path.EndsInDirectorySeparator(directory));

    private static void Push(Stack<string> pending, ReadOnlySpan<char> path)
    {
        for (var end = path.Length; end > 0;)
        {
            var start = path[..end].LastIndexOfAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) + 1;
            var name = path[start..end];
            if (name is not ("" or "."))
                pending.Push(name.ToString());
            end = start - 1;
        }
    }
}
