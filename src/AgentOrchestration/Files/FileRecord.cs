namespace AgentOrchestration.Files;

/// <summary>One file that is written, or was lately. Its gate is held while the new content is put in place, and only then.</summary>
internal sealed class FileRecord(ResourceKey file)
{
    private readonly Lock _gate = new();
    private FileWrite? _lastWrite;

    public ResourceKey File { get; } = file;

    /// <summary>What was last written through the guarded files; null for nothing, or nothing that is remembered.</summary>
    public FileWrite? LastWrite => Volatile.Read(ref _lastWrite);

    /// <summary>Who has rented it, and its place among those nobody has; changed by the ledger.</summary>
    public int Users { get; set; }

    public LinkedListNode<FileRecord>? Place { get; set; }

    /// <summary>
    /// Returns when no earlier holder puts content in place any more. One that lost the file after it was found to hold it may just be about to: from here on none is, and
    /// what is read from the disk stays there until the caller changes it.
    /// </summary>
    public void FenceOff()
    {
        lock (_gate)
        {
            // Nothing: those who come later find that they do not hold the file.
        }
    }

    /// <summary>Puts the new content in place if the file is still held, and nobody with a later hold has written it.</summary>
    /// <returns>False, with nothing changed, if not.</returns>
    /// <param name="guard">Proof of the hold.</param>
    /// <param name="write">Who writes what.</param>
    /// <param name="putInPlace">One call of the file system. What it throws is thrown, and nothing is recorded.</param>
    public bool TryCommit(in ResourceGuard guard, FileWrite write, Action putInPlace)
    {
        // Only a stale holder ever waits for the gate, or makes the next one wait.
        lock (_gate)
        {
            if (!guard.IsHeld || write.FencingToken < (_lastWrite?.FencingToken ?? 0))
                return false;

            putInPlace();
            Volatile.Write(ref _lastWrite, write);
            return true;
        }
    }
}

/// <summary>A write through the guarded files.</summary>
internal sealed record FileWrite(FileWriter Writer, FileVersion Version, long FencingToken);
