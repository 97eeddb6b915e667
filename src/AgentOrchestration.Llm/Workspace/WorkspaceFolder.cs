namespace AgentOrchestration.Llm.Workspace;

/// <summary>The folder that tools work on, and what its agents have seen of it. Thread-safe.</summary>
internal sealed class WorkspaceFolder
{
    private readonly string _root;
    private readonly FileScope _scope;
    private readonly HashSet<string> _excluded;
    private readonly Glob[] _files;

    /// <param name="root">The folder; absolute.</param>
    /// <param name="options">Without a fault.</param>
    public WorkspaceFolder(string root, WorkspaceToolsOptions options)
    {
        _root = root;
        Options = options;
        _excluded = new HashSet<string>(options.Excluded, StringComparer.OrdinalIgnoreCase);
        _files = [.. options.Files.Select(static pattern => Glob.TryParse(pattern)!)];
        _scope = new FileScope { CreatesDirectories = true, AllowsFile = AllowsFile, AllowsDirectory = AllowsName };
    }

    public WorkspaceToolsOptions Options { get; }

    public SeenFiles Seen { get; } = new();

    /// <summary>The files below the root, for one agent.</summary>
    public GuardedFiles FilesOf(AgentContext context) => context.Files.Within(_root, _scope);

    /// <summary>The lock of a file, which is the same for all paths that lead to it.</summary>
    public ResourceKey KeyOf(WorkspacePath path) => ResourceKey.File(Path.Join(_root, path.Text));

    private bool AllowsFile(string path) => AllowsName(path) && Array.Exists(_files, glob => glob.Matches(path));

    private bool AllowsName(string path) => !_excluded.Contains(path[(path.LastIndexOf('/') + 1)..]);
}
