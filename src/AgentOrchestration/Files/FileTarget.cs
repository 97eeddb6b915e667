using AgentOrchestration.Locking;

namespace AgentOrchestration.Files;

/// <summary>Which file is meant, settled once.</summary>
/// <param name="Path">Its canonical path, in the case in which it was written.</param>
/// <param name="Key">Its lock.</param>
internal readonly record struct FileTarget(string Path, ResourceKey Key)
{
    /// <param name="path">The path as the caller wrote it.</param>
    /// <param name="root">A canonical directory which relative paths start from and which no path may leave; null for the current one and no limit.</param>
    public static FileTarget Of(string path, string? root)
    {
        var canonical = ResourcePath.Follow(root is null ? path : System.IO.Path.GetFullPath(path, root));
        return root is null || ResourcePath.IsAtOrBelow(ResourcePath.Fold(canonical), ResourcePath.Fold(root))
            ? new FileTarget(canonical, ResourceKey.FileAt(canonical))
            : throw FileRefusals.OutsideRoot(canonical, root);
    }

    /// <summary>Throws if a link was put into the canonical path, so that it leads elsewhere than to what is locked and, if there is a root, checked to be below it.</summary>
    public void ThrowIfMoved()
    {
        if (ResourcePath.Follow(Path) != Path)
            throw FileRefusals.PathChanged(Path);
    }
}
