using System.Runtime.CompilerServices;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>Goes through all files below a folder, in order of their paths, following no link.</summary>
internal sealed class WorkspaceWalk(GuardedFiles files)
{
    // Of one folder.
    private const int MaxEntries = 10_000;

    /// <summary>Folders that could not be seen, or not as a whole.</summary>
    public int Unseen { get; private set; }

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public async IAsyncEnumerable<(WorkspacePath Path, FileEntry Entry)> FilesAsync(WorkspacePath start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Folders are on the stack in reverse, so that the walk is in order without going deeper than one call.
        var pending = new Stack<(WorkspacePath Path, FileEntry? Entry)>();
        await PushAsync(pending, start, cancellationToken).ConfigureAwait(false);
        while (pending.TryPop(out var next))
        {
            if (next.Entry is { Kind: FileEntryKind.File } file)
                yield return (next.Path, file);
            else
                await TryPushAsync(pending, next.Path, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask TryPushAsync(Stack<(WorkspacePath Path, FileEntry? Entry)> pending, WorkspacePath folder, CancellationToken cancellationToken)
    {
        try
        {
            await PushAsync(pending, folder, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileRefusedException or IOException or UnauthorizedAccessException)
        {
            // It is gone, moved, or not ours to see: the walk is about the rest.
            Unseen++;
        }
    }

    private async ValueTask PushAsync(Stack<(WorkspacePath Path, FileEntry? Entry)> pending, WorkspacePath folder, CancellationToken cancellationToken)
    {
        var entries = await files.ListAsync(folder.Text, MaxEntries + 1, cancellationToken).ConfigureAwait(false);
        if (entries.Count > MaxEntries)
            Unseen++;
        foreach (var entry in entries.OrderByDescending(static entry => entry.Name, StringComparer.Ordinal))
        {
            // A blank name is none that a tool could be given.
            if (entry.Kind is FileEntryKind.File or FileEntryKind.Directory && !string.IsNullOrWhiteSpace(entry.Name))
                pending.Push((folder.Below(entry.Name), entry));
        }
    }
}
