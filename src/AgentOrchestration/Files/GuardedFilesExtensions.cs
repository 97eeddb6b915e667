namespace AgentOrchestration;

/// <summary>Writing and editing for callers, such as tools of a model, that would rather be told of a refusal than catch it.</summary>
public static class GuardedFilesExtensions
{
    /// <summary>Writes a whole file, or creates it, or says why not.</summary>
    /// <inheritdoc cref="TryEditAsync"/>
    /// <param name="files">The files.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">The new content; must not change until the call has ended.</param>
    /// <param name="expected">What must be there: a version that was read, <see cref="ExpectedFileVersion.Absent"/> or <see cref="ExpectedFileVersion.Any"/>.</param>
    /// <param name="cancellationToken">Ends the call, if the content is not yet in place.</param>
    public static ValueTask<FileChange> TryWriteAsync(
        this GuardedFiles files, string path, ReadOnlyMemory<byte> content, ExpectedFileVersion expected, CancellationToken cancellationToken = default) =>
        TryAsync(Check(files).WriteAsync(path, content, expected, cancellationToken));

    /// <summary>Writes a whole text file, or creates it, or says why not.</summary>
    /// <inheritdoc cref="TryEditAsync"/>
    /// <param name="files">The files.</param>
    /// <param name="path">The file.</param>
    /// <param name="text">The new content; a text file keeps its encoding and byte order mark, others become UTF-8 without a mark.</param>
    /// <param name="expected">What must be there: a version that was read, <see cref="ExpectedFileVersion.Absent"/> or <see cref="ExpectedFileVersion.Any"/>.</param>
    /// <param name="cancellationToken">Ends the call, if the content is not yet in place.</param>
    public static ValueTask<FileChange> TryWriteAsync(
        this GuardedFiles files, string path, string text, ExpectedFileVersion expected, CancellationToken cancellationToken = default) =>
        TryAsync(Check(files).WriteAsync(path, text, expected, cancellationToken));

    /// <summary>Changes a text file by a function, or says why not.</summary>
    /// <param name="files">The files.</param>
    /// <param name="path">The file; it must exist.</param>
    /// <param name="edit">Makes the new text of the old one. It runs while the file is held, so it must be short and not wait for anything.</param>
    /// <param name="expected">The version that must be there; null edits whatever is there.</param>
    /// <param name="cancellationToken">Ends the call, if the content is not yet in place.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">The new text has half of a surrogate pair.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending and would have had to wait. Nothing was changed.</exception>
    /// <exception cref="ResourceDeadlockException">The wait for the file would never end.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended, the activity waits for something else at this moment, or it holds the file shared.</exception>
    public static ValueTask<FileChange> TryEditAsync(
        this GuardedFiles files, string path, Func<string, string> edit, FileVersion? expected = null, CancellationToken cancellationToken = default) =>
        TryAsync(Check(files).EditAsync(path, edit, expected, cancellationToken));

    /// <summary>Replaces one part of a text file, or says why not.</summary>
    /// <inheritdoc cref="TryEditAsync"/>
    /// <param name="files">The files.</param>
    /// <param name="path">The file; it must exist.</param>
    /// <param name="oldText">The part, exactly; it must be there once. Line ends are taken as <see cref="GuardedFiles.ReplaceTextAsync"/> says.</param>
    /// <param name="newText">What takes its place.</param>
    /// <param name="expected">The version that must be there; null edits whatever is there.</param>
    /// <param name="cancellationToken">Ends the call, if the content is not yet in place.</param>
    public static ValueTask<FileChange> TryReplaceTextAsync(
        this GuardedFiles files, string path, string oldText, string newText, FileVersion? expected = null, CancellationToken cancellationToken = default) =>
        TryAsync(Check(files).ReplaceTextAsync(path, oldText, newText, expected, cancellationToken));

    private static async ValueTask<FileChange> TryAsync(ValueTask<FileVersion> change)
    {
        try
        {
            return new FileChange(await change.ConfigureAwait(false));
        }
        catch (FileRefusedException e)
        {
            return new FileChange(e.Refusal.Found ?? FileVersion.Absent, e.Refusal);
        }
    }

    private static GuardedFiles Check(GuardedFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return files;
    }
}
