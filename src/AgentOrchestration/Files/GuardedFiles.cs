using AgentOrchestration.Files;
using AgentOrchestration.Locking;

namespace AgentOrchestration;

/// <summary>Files that several agents change without losing each other's work. Thread-safe.</summary>
/// <remarks>
/// <para>Reading takes the file's lock shared, and gives a version. Writing takes it exclusively, refuses if the file does not contain what the caller expects, and replaces
/// it as a whole: a reader sees the old content or the new one. Both may be used within a lock on the file, or on a directory above it, that the caller holds. What waits for a
/// lock gives the agent's slot back and may be refused, as <see cref="IResourceLocks.AcquireAsync"/> says. Calls of one activity for one file take turns, also if they run
/// at the same time.</para>
/// <para>A refusal is a <see cref="FileRefusedException"/>, and changes nothing; the <c>Try</c> forms return it instead. The file system's own errors, such as a directory
/// that does not exist or may not be written, are thrown as they are. Paths are as in <see cref="ResourceKey.File"/>: links are followed, and their target is replaced.</para>
/// <para>The permissions of a replaced file are kept on Unix; its owner, access lists, other attributes and time of creation are not. The new content is on the device before it
/// is put in place, but the directory is not flushed: after a power failure there is the old content or the new one, whole. A crash of the process in between leaves a file named
/// <c>.*.agent-tmp</c>. Hard links are seen on Linux and Windows, pipes and devices on Linux only.</para>
/// </remarks>
public sealed class GuardedFiles
{
    private readonly FileTable _files;
    private readonly Func<LockOwner> _owner;
    private readonly FileLimit? _limit;

    internal GuardedFiles(FileTable files, Func<LockOwner> owner, FileLimit? limit = null) => (_files, _owner, _limit) = (files, owner, limit);

    /// <summary>The same files for one owner of locks, so that they can be used within the locks it holds.</summary>
    /// <param name="owner">What <see cref="IResourceLocks.CreateOwner"/> of the same orchestrator returned; the writer that others are told of.</param>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public GuardedFiles ForOwner(IResourceLocks owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return owner is OwnedLocks owned && _files.Uses(owned.Table)
            ? new GuardedFiles(_files, () => owned.Owner, _limit)
            : throw new ArgumentException("It is no owner of this orchestrator's locks; make one with CreateOwner.", nameof(owner));
    }

    /// <summary>The same files, limited to those below a directory: relative paths start there, and a path that leads out of it, by links too, is refused.</summary>
    /// <param name="root">The directory; resolved at this call. Within files that are limited already it must lie within their limit.</param>
    /// <param name="scope">What is allowed below it; null for all but the making of directories.</param>
    /// <remarks>On Linux a link that is put into a path is never followed, at whatever moment. Elsewhere it is noticed before the file is read and before it is replaced; one that a
    /// program outside puts there at that very moment is not.</remarks>
    /// <exception cref="FileRefusedException"><paramref name="root"/> is outside of the present limit.</exception>
    public GuardedFiles Within(string root, FileScope? scope = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        return new GuardedFiles(_files, _owner, new FileLimit(FileTarget.OfDirectory(root, _limit), scope ?? new FileScope(), _limit));
    }

    /// <summary>What is in a directory, links not followed, in no order. It takes no lock, so that it may be out of date when it is returned.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="maxEntries">The most entries that are given; the others are left out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="FileRefusedException">It is outside the root, or not allowed.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended.</exception>
    public ValueTask<IReadOnlyList<FileEntry>> ListAsync(string path, int maxEntries = int.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEntries, 1);
        _owner();
        return FileTable.ListAsync(path, _limit, maxEntries, cancellationToken);
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="FileRefusedException">It is no regular file, or too large, or outside the root.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending and would have had to wait.</exception>
    /// <exception cref="ResourceDeadlockException">The wait for the file would never end.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended, or the activity waits for something else at this moment.</exception>
    public ValueTask<FileContent> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return _files.ReadAsync(_owner(), path, _limit, cancellationToken);
    }

    /// <summary>Writes a whole file, or creates it. Its directory must exist, unless <see cref="FileScope.CreatesDirectories"/> says otherwise.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The new content; must not change until the call has ended.</param>
    /// <param name="expected">What must be there: a version that was read, <see cref="ExpectedFileVersion.Absent"/> or <see cref="ExpectedFileVersion.Any"/>.</param>
    /// <param name="cancellationToken">Ends the call, if the content is not yet in place.</param>
    /// <returns>The new version.</returns>
    /// <exception cref="FileRefusedException">Something else is there, and who wrote it; or it is no regular file, has several hard links, is or would become too large, is
    /// outside the root, or the lock was lost. Nothing was changed.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending and would have had to wait. Nothing was changed.</exception>
    /// <exception cref="ResourceDeadlockException">The wait for the file would never end.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended, the activity waits for something else at this moment, or it holds the file shared.</exception>
    public ValueTask<FileVersion> WriteAsync(string path, ReadOnlyMemory<byte> content, ExpectedFileVersion expected, CancellationToken cancellationToken = default) =>
        ChangeAsync(path, expected, _ => content, cancellationToken);

    /// <summary>Writes a whole text file, or creates it. Its directory must exist, unless <see cref="FileScope.CreatesDirectories"/> says otherwise. A text file keeps its encoding and byte order mark; others become UTF-8 without a mark.</summary>
    /// <inheritdoc cref="WriteAsync(string, ReadOnlyMemory{byte}, ExpectedFileVersion, CancellationToken)"/>
    /// <param name="path">The file.</param>
    /// <param name="text">The new content, whose line ends are kept.</param>
    /// <param name="expected">What must be there: a version that was read, <see cref="ExpectedFileVersion.Absent"/> or <see cref="ExpectedFileVersion.Any"/>.</param>
    /// <param name="cancellationToken">Ends the call, if the content is not yet in place.</param>
    /// <exception cref="ArgumentException"><paramref name="text"/> has half of a surrogate pair.</exception>
    public ValueTask<FileVersion> WriteAsync(string path, string text, ExpectedFileVersion expected, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ChangeAsync(path, expected, old => FileText.Encode(text, old), cancellationToken);
    }

    /// <summary>Changes a text file by a function: nobody writes it between reading and writing. It keeps its encoding and byte order mark.</summary>
    /// <inheritdoc cref="WriteAsync(string, ReadOnlyMemory{byte}, ExpectedFileVersion, CancellationToken)"/>
    /// <param name="path">The file; it must exist.</param>
    /// <param name="edit">Makes the new text of the old one, as <see cref="FileContent.Text"/>. It runs while the file is held, so it must be short and not wait for anything.</param>
    /// <param name="expected">The version that must be there; null edits whatever is there.</param>
    /// <param name="cancellationToken">Ends the call, if the content is not yet in place.</param>
    /// <exception cref="FileRefusedException">As for writing; or there is no file, or it is not text. Nothing was changed.</exception>
    /// <exception cref="ArgumentException">The new text has half of a surrogate pair.</exception>
    public ValueTask<FileVersion> EditAsync(string path, Func<string, string> edit, FileVersion? expected = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return ChangeAsync(path, Expect(expected), old => FileText.Encode(edit(TextOf(old)), old), cancellationToken);
    }

    /// <summary>Replaces one part of a text file. It keeps its encoding and byte order mark.</summary>
    /// <inheritdoc cref="EditAsync"/>
    /// <param name="path">The file; it must exist.</param>
    /// <param name="oldText">The part, exactly; it must be there once. If all line ends of the file are of one kind, those in both parts count as being of that kind.</param>
    /// <param name="newText">What takes its place.</param>
    /// <param name="expected">The version that must be there; null edits whatever is there.</param>
    /// <param name="cancellationToken">Ends the call, if the content is not yet in place.</param>
    /// <exception cref="FileRefusedException">As for <see cref="EditAsync"/>; or the part is not there, or more than once. Nothing was changed.</exception>
    public ValueTask<FileVersion> ReplaceTextAsync(string path, string oldText, string newText, FileVersion? expected = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(oldText);
        ArgumentNullException.ThrowIfNull(newText);
        return ChangeAsync(path, Expect(expected), old => FileText.Encode(ReplaceOnce(old, oldText, newText), old), cancellationToken);
    }

    private static ExpectedFileVersion Expect(FileVersion? expected) => expected is { } version ? version : ExpectedFileVersion.Any;

    private static string ReplaceOnce(FileContent old, string oldText, string newText)
    {
        var text = TextOf(old);
        var part = FileText.WithLineEndsOf(text, oldText);
        return FileText.Count(text, part, out var at) switch
        {
            0 => throw FileRefusals.TextNotFound(old.Path),
            1 => string.Concat(text.AsSpan(0, at), FileText.WithLineEndsOf(text, newText), text.AsSpan(at + part.Length)),
            var count => throw FileRefusals.TextNotUnique(old.Path, count),
        };
    }

    private static string TextOf(FileContent old) => old.Text ?? throw (old.Exists ? FileRefusals.NotText(old.Path) : FileRefusals.Missing(old.Path));

    private ValueTask<FileVersion> ChangeAsync(string path, ExpectedFileVersion expected, Func<FileContent, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return _files.ChangeAsync(_owner(), path, _limit, expected, change, cancellationToken);
    }
}
