namespace AgentOrchestration.Files;

/// <summary>Reading whole files and directories.</summary>
internal static class FileDisk
{
    /// <summary>The content of a file, or that there is none.</summary>
    /// <param name="directory">Where it is; null for a directory that does not exist.</param>
    /// <param name="path">Its canonical path.</param>
    /// <param name="forWriting">Whether it is to be replaced: then one that must not be written is refused by the file system.</param>
    /// <param name="maxBytes">The largest that is read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async ValueTask<DiskFile> LoadAsync(HeldDirectory? directory, string path, bool forWriting, int maxBytes, CancellationToken cancellationToken)
    {
        if (directory?.TryOpenFile(Path.GetFileName(path), forWriting ? FileAccess.ReadWrite : FileAccess.Read) is not { } file)
            return new DiskFile(new FileContent(path, bytes: null, 0), Mode: null, Links: 0);

        using var handle = file.Handle;
        var length = RandomAccess.GetLength(handle);
        if (length > maxBytes)
            throw FileRefusals.TooLarge(path, maxBytes);

        // One more than it says, so that the end is seen: it may grow meanwhile, and some files of the system say nothing.
        var bytes = new byte[length + 1];
        var total = 0;
        while (await RandomAccess.ReadAsync(handle, bytes.AsMemory(total), total, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            total += read;
            if (total > maxBytes)
                throw FileRefusals.TooLarge(path, maxBytes);
            if (total == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(2L * total, maxBytes + 1L));
        }

        return new DiskFile(new FileContent(path, bytes, total), OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(handle), file.Facts.Links);
    }

    /// <summary>What is in a directory and allowed, in no order, without what unfinished writes have left.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="limit">What is allowed; null for all.</param>
    /// <param name="maxEntries">The most that are given.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static IReadOnlyList<FileEntry> List(HeldDirectory directory, FileLimit? limit, int maxEntries, CancellationToken cancellationToken)
    {
        var entries = new List<FileEntry>();
        foreach (var name in directory.Names())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entries.Count == maxEntries)
                break;
            if (name.EndsWith(FileTable.TemporaryEnding, StringComparison.Ordinal))
                continue;

            var facts = directory.FactsOf(name);
            FileEntryKind? kind = facts.Kind switch
            {
                FileKind.Regular => FileEntryKind.File,
                FileKind.Directory => FileEntryKind.Directory,
                FileKind.Link => FileEntryKind.Link,
                FileKind.Other => FileEntryKind.Other,
                _ => null,
            };
            if (kind is { } known && limit?.AllowsEntry(Path.Join(directory.Path, name), known == FileEntryKind.Directory) != false)
                entries.Add(new FileEntry(name, known, facts.Length));
        }

        return entries;
    }
}

/// <summary>A file on disk.</summary>
/// <param name="Content">What is in it, or that there is none.</param>
/// <param name="Mode">Its permissions; null if there is none, and on Windows.</param>
/// <param name="Links">Its hard links; null where the platform does not tell.</param>
internal readonly record struct DiskFile(FileContent Content, UnixFileMode? Mode, uint? Links);
