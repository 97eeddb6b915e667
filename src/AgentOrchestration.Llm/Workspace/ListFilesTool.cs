using System.Globalization;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>Lists one folder.</summary>
internal sealed class ListFilesTool(WorkspaceFolder folder) : WorkspaceTool(
    folder,
    "list_files",
    "Lists a folder of the workspace: subfolders end in '/', links in '@', files have their size in bytes.",
    Schema("""
        {
          "type": "object",
          "properties": { "path": { "type": "string", "description": "The folder, relative to the workspace. Default: the workspace itself." } },
          "additionalProperties": false
        }
        """))
{
    private const int MaxEntries = 10_000;

    protected override async ValueTask<string> RunAsync(AgentContext context, ToolInput input, CancellationToken cancellationToken)
    {
        var path = WorkspacePath.Parse(input.OptionalText("path") ?? ".");
        var entries = await Folder.FilesOf(context).ListAsync(path.Text, MaxEntries + 1, cancellationToken).ConfigureAwait(false);
        var result = new ToolResult(Options);
        var shown = 0;
        foreach (var entry in entries.OrderBy(static entry => entry.Kind != FileEntryKind.Directory).ThenBy(static entry => entry.Name, StringComparer.Ordinal))
        {
            if (shown == MaxEntries || !result.TryAdd("", Line(path.Below(entry.Name), entry)))
                break;
            shown++;
        }

        if (entries.Count == 0)
            result.Note("There is nothing in it.");
        else if (shown < entries.Count)
            result.Note(string.Create(CultureInfo.InvariantCulture, $"Cut: {shown} entries shown, there are more. Use find_files."));
        return result.ToString();
    }

    private static string Line(WorkspacePath path, FileEntry entry) => entry.Kind switch
    {
        FileEntryKind.Directory => $"{path}/",
        FileEntryKind.Link => $"{path}@",
        FileEntryKind.File => string.Create(CultureInfo.InvariantCulture, $"{path} {entry.Length}"),
        _ => $"{path} (no file)",
    };
}
