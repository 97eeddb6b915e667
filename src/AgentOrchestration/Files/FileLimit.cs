using AgentOrchestration.Locking;

namespace AgentOrchestration.Files;

/// <summary>How far a caller may go.</summary>
/// <param name="Root">The canonical directory which relative paths start from, and which no path may leave.</param>
/// <param name="Scope">What is allowed below it.</param>
/// <param name="Outer">The limit within which this one was made; it holds too.</param>
internal sealed record FileLimit(string Root, FileScope Scope, FileLimit? Outer)
{
    /// <summary>Throws unless a file or directory may be reached.</summary>
    /// <param name="path">Canonical.</param>
    /// <param name="isDirectory">Which of the two.</param>
    public void Check(string path, bool isDirectory)
    {
        Outer?.Check(path, isDirectory);
        if (!ResourcePath.IsAtOrBelow(ResourcePath.Fold(path), ResourcePath.Fold(Root)))
            throw FileRefusals.OutsideRoot(path, Root);
        if (!Allows(path, isDirectory))
            throw FileRefusals.NotAllowed(path);
    }

    /// <summary>Whether an entry of a directory that may be reached is allowed.</summary>
    public bool AllowsEntry(string path, bool isDirectory) => Outer?.AllowsEntry(path, isDirectory) != false && AllowsLast(Below(path), isDirectory);

    private bool Allows(string path, bool isDirectory)
    {
        var below = Below(path);
        if (Scope.AllowsDirectory is { } allows)
        {
            for (var end = below.IndexOf('/'); end >= 0; end = below.IndexOf('/', end + 1))
            {
                if (!allows(below[..end]))
                    return false;
            }
        }

        return below.Length == 0 || AllowsLast(below, isDirectory);
    }

    private bool AllowsLast(string below, bool isDirectory) => (isDirectory ? Scope.AllowsDirectory : Scope.AllowsFile)?.Invoke(below) != false;

    private string Below(string path)
    {
        var below = path[Root.Length..].TrimStart(Path.DirectorySeparatorChar);
        return Path.DirectorySeparatorChar == '/' ? below : below.Replace(Path.DirectorySeparatorChar, '/');
    }
}
