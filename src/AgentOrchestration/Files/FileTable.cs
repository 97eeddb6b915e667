using System.Runtime.CompilerServices;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Files;

/// <summary>Reads and changes files under their locks, for whoever asks; what all guarded files of one orchestrator share. Thread-safe.</summary>
/// <remarks>
/// <para>Who changes a file passes, in this order: the turn of its own activity, the lock, the turn of its attempt. The lock keeps strangers apart, but an activity passes its
/// own, and those of what it was forked from. The turn before the lock is waited for by flows of one activity only, which the wait-for graph sees as one: so nobody waits for
/// it whom the graph does not see waiting. The turn after the lock also keeps an activity apart from one that it was forked from; nobody waits for a lock while having it.</para>
/// <para>Turns belong to one attempt: code that was left behind, and hangs with the turns it has, is in nobody's way.</para>
/// </remarks>
internal sealed class FileTable(ResourceLockTable locks, int maxBytes, TimeProvider time)
{
    /// <summary>Files whose last writer is remembered.</summary>
    public const int RememberedFiles = 4096;

    /// <summary>How the names of unfinished writes end.</summary>
    public const string TemporaryEnding = ".agent-tmp";

    private readonly FileTurns _activityTurns = new();
    private readonly FileTurns _attemptTurns = new();

    public FileLedger Ledger { get; } = new(RememberedFiles);

    public int Turns => _activityTurns.Count + _attemptTurns.Count;

    public bool Uses(ResourceLockTable table) => ReferenceEquals(locks, table);

    public async ValueTask<FileContent> ReadAsync(LockOwner owner, string path, FileLimit? limit, CancellationToken cancellationToken)
    {
        await LeaveCallersThread();
        var target = FileTarget.Of(path, limit);
        using var turn = await _activityTurns.TakeAsync(owner, target.Key, cancellationToken).ConfigureAwait(false);
        using var guard = await locks.AcquireAsync(owner, new ResourceRequest(target.Key, ResourceMode.Shared), timeout: null, cancellationToken).ConfigureAwait(false);
        target.ThrowIfMoved();
        using var directory = target.TryOpenDirectory();
        return (await FileDisk.LoadAsync(directory, target.Path, forWriting: false, maxBytes, cancellationToken).ConfigureAwait(false)).Content;
    }

    /// <summary>What is in a directory; without its lock, for it changes with every file in it.</summary>
    public static async ValueTask<IReadOnlyList<FileEntry>> ListAsync(string path, FileLimit? limit, int maxEntries, CancellationToken cancellationToken)
    {
        await LeaveCallersThread();
        var target = FileTarget.OfDirectory(path, limit);
        using var directory = HeldDirectory.TryOpen(target) ?? throw new DirectoryNotFoundException($"There is no directory '{target}'.");
        return FileDisk.List(directory, limit, maxEntries, cancellationToken);
    }

    /// <summary>Replaces the content of a file by what <paramref name="change"/> makes of it.</summary>
    public async ValueTask<FileVersion> ChangeAsync(
        LockOwner owner, string path, FileLimit? limit, ExpectedFileVersion expected, Func<FileContent, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken)
    {
        await LeaveCallersThread();
        var target = FileTarget.Of(path, limit);
        using var activityTurn = await _activityTurns.TakeAsync(owner, target.Key, cancellationToken).ConfigureAwait(false);
        using var guard = await locks.AcquireAsync(owner, new ResourceRequest(target.Key), timeout: null, cancellationToken).ConfigureAwait(false);
        using var attemptTurn = await _attemptTurns.TakeAsync(RootOf(owner), target.Key, cancellationToken).ConfigureAwait(false);
        var record = Ledger.Rent(target.Key);
        try
        {
            record.FenceOff();
            target.ThrowIfMoved();
            using var directory = target.OpenDirectory();
            return await ChangeHeldAsync(new HeldFile(target, directory, record, guard, owner), expected, change, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Ledger.Return(record);
        }
    }

    // The calls of the file system that have no asynchronous form block a thread of the pool, never the caller's.
    private static ConfiguredTaskAwaitable LeaveCallersThread() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    private static LockOwner RootOf(LockOwner owner)
    {
        while (owner.Parent is { } parent)
            owner = parent;
        return owner;
    }

    private async ValueTask<FileVersion> ChangeHeldAsync(HeldFile file, ExpectedFileVersion expected, Func<FileContent, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken)
    {
        var path = file.Target.Path;
        var old = await FileDisk.LoadAsync(file.Directory, path, forWriting: true, maxBytes, cancellationToken).ConfigureAwait(false);
        var found = old.Content.Version;
        if (!expected.Allows(found))
            throw FileRefusals.Changed(path, expected, found, file.Record.LastWrite is { } last && last.Version == found ? last.Writer : null);
        if (old.Links is > 1 and var links)
            throw FileRefusals.HardLinks(path, links);

        var bytes = change(old.Content);
        if (bytes.Length > maxBytes)
            throw FileRefusals.TooLarge(path, maxBytes);

        var isNew = !found.Exists && !expected.IsAny;
        try
        {
            return await ReplaceAsync(file, bytes, old.Mode, overwrite: !isNew, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (isNew && file.Directory.FactsOf(Path.GetFileName(path)).Kind != FileKind.Missing)
        {
            // Something outside was faster in creating it.
            var faster = await FileDisk.LoadAsync(file.Directory, path, forWriting: false, maxBytes, cancellationToken).ConfigureAwait(false);
            throw FileRefusals.Changed(path, expected, faster.Content.Version, writer: null);
        }
    }

    private async ValueTask<FileVersion> ReplaceAsync(HeldFile file, ReadOnlyMemory<byte> bytes, UnixFileMode? mode, bool overwrite, CancellationToken cancellationToken)
    {
        // Beside the file, so that it is on the same file system; not named after it, since the name may be as long as names can be.
        var temporary = $".{Guid.NewGuid():N}{TemporaryEnding}";
        var name = Path.GetFileName(file.Target.Path);
        var isInPlace = false;
        try
        {
            var version = FileVersion.Of(bytes.Span);
            file.Target.ThrowIfMoved();
            await file.Directory.WriteNewAsync(temporary, bytes, mode, cancellationToken).ConfigureAwait(false);
            file.Target.ThrowIfMoved();
            var write = new FileWrite(new FileWriter(file.Owner.AgentId, file.Owner.Name, time.GetUtcNow()), version, file.Guard.FencingToken);
            isInPlace = file.Record.TryCommit(file.Guard, write, () => file.Directory.Move(temporary, name, overwrite));
            return isInPlace ? version : throw FileRefusals.LockLost(file.Target.Path);
        }
        finally
        {
            if (!isInPlace)
                file.Directory.Discard(temporary);
        }
    }

    private readonly record struct HeldFile(FileTarget Target, HeldDirectory Directory, FileRecord Record, ResourceGuard Guard, LockOwner Owner);
}
