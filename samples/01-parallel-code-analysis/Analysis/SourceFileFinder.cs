using System.Collections.Frozen;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Walks a folder for C# files. Links are reported and not followed, so that a loop of links cannot trap it.</summary>
internal sealed class SourceFileFinder(string root)
{
    private static readonly FrozenSet<string> SkippedFolders =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "bin", "obj", "node_modules");

    private static readonly string[] GeneratedEndings = [".g.cs", ".g.i.cs", ".designer.cs", ".generated.cs"];

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    private readonly List<FileProblem> _problems = [];

    /// <summary>Folders that could not be listed and links that were not followed.</summary>
    public IReadOnlyList<FileProblem> Problems => _problems;

    /// <summary>Files passed over because a tool wrote them.</summary>
    public int GeneratedFiles { get; private set; }

    /// <summary>Lists the files, ordered by path relative to the root.</summary>
    public IReadOnlyList<string> Find(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var folders = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (folders.TryPop(out var folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in List(folder))
                if (entry is DirectoryInfo child) Enter(child, folders);
                else if (entry.Name.EndsWith(".cs", StringComparison.OrdinalIgnoreCase)) Take(entry, found);
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>The path from the root, with <c>/</c> on every system.</summary>
    public string RelativePath(string path) => Path.GetRelativePath(root, path).Replace('\\', '/');

    private FileSystemInfo[] List(DirectoryInfo folder)
    {
        try
        {
            return [.. folder.EnumerateFileSystemInfos("*", Everything)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _problems.Add(new FileProblem(RelativePath(folder.FullName), $"folder cannot be listed: {error.GetType().Name}", IsSkipped: true));
            return [];
        }
    }

    private void Enter(DirectoryInfo folder, Stack<DirectoryInfo> folders)
    {
        if (folder.Name.StartsWith('.') || SkippedFolders.Contains(folder.Name)) return;
        if (folder.LinkTarget is null) folders.Push(folder);
        else _problems.Add(new FileProblem(RelativePath(folder.FullName), "link to a folder, not followed", IsSkipped: true));
    }

    private void Take(FileSystemInfo file, List<string> found)
    {
        if (file.LinkTarget is not null)
            _problems.Add(new FileProblem(RelativePath(file.FullName), "link to a file, not followed", IsSkipped: true));
        else if (Array.Exists(GeneratedEndings, ending => file.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            GeneratedFiles++;
        else
            found.Add(file.FullName);
    }
}
