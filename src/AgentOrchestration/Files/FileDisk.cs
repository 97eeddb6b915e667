namespace AgentOrchestration.Files;

/// <summary>Reading and writing whole files.</summary>
internal static class FileDisk
{
    /// <summary>The content of a file, or that there is none.</summary>
    /// <param name="path">Canonical.</param>
    /// <param name="forWriting">Whether it is to be replaced: then one that must not be written is refused by the file system, and one with several hard links here.</param>
    /// <param name="maxBytes">The largest that is read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async ValueTask<DiskFile> LoadAsync(string path, bool forWriting, int maxBytes, CancellationToken cancellationToken)
    {
        var facts = FileFacts.Of(path);
        if (facts.Kind == FileKind.Missing)
            return new DiskFile(new FileContent(path, bytes: null, 0), Mode: null, Links: 0);
        if (facts.Kind != FileKind.Regular)
            throw FileRefusals.NotAFile(path);

        // Shares everything: an open file must not be in the way of anybody outside.
        using var handle = File.OpenHandle(
            path, FileMode.Open, forWriting ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
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

        return new DiskFile(new FileContent(path, bytes, total), OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(handle), facts.Links);
    }

    /// <summary>Writes a new file and waits until the device has it.</summary>
    /// <param name="path">Where; nothing is there.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="mode">The permissions; null for those of any new file.</param>
    /// <param name="cancellationToken">Ends the writing; an unfinished file may be left.</param>
    public static async ValueTask WriteNewAsync(string path, ReadOnlyMemory<byte> bytes, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };

        // What others may not read of the old file they may at no moment read of the new one.
        if (mode is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, options);
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        if (mode is { } exactly && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(stream.SafeFileHandle, exactly);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Removes what a failed write has left.</summary>
    public static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays, under a name that says what it is: what the caller must hear is the failure that led here.
        }
    }
}

/// <summary>A file on disk.</summary>
/// <param name="Content">What is in it, or that there is none.</param>
/// <param name="Mode">Its permissions; null if there is none, and on Windows.</param>
/// <param name="Links">Its hard links; null where the platform does not tell.</param>
internal readonly record struct DiskFile(FileContent Content, UnixFileMode? Mode, uint? Links);
