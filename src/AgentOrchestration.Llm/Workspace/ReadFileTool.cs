using System.Globalization;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>Reads lines of a text file.</summary>
internal sealed class ReadFileTool(WorkspaceFolder folder) : WorkspaceTool(
    folder,
    "read_file",
    "Reads a text file of the workspace, all of it or some lines. Each line is given as number, tab, text. A file must be read before it is changed.",
    Schema("""
        {
          "type": "object",
          "properties": {
            "path": { "type": "string", "description": "The file, relative to the workspace." },
            "start_line": { "type": "integer", "minimum": 1, "description": "The first line. Default: 1." },
            "line_count": { "type": "integer", "minimum": 1, "description": "How many lines. Default: as many as fit." }
          },
          "required": ["path"],
          "additionalProperties": false
        }
        """))
{
    protected override async ValueTask<string> RunAsync(AgentContext context, ToolInput input, CancellationToken cancellationToken)
    {
        var path = WorkspacePath.Parse(input.Text("path"));
        var start = input.OptionalNumber("start_line") ?? 1;
        var count = input.OptionalNumber("line_count") ?? int.MaxValue;
        if (start < 1 || count < 1)
            throw new ToolRefusal("'start_line' and 'line_count' start at 1.");

        // Before the reading: where a path leads may change, and then the version that was read fits no more.
        var key = Folder.KeyOf(path);
        var content = await Folder.FilesOf(context).ReadAsync(path.Text, cancellationToken).ConfigureAwait(false);
        if (!content.Exists)
        {
            Folder.Seen.Saw(context.Id, key, FileVersion.Absent);
            throw new ToolRefusal("There is no such file.");
        }

        if (content.Bytes.Length > Options.MaxFileBytes)
            throw new ToolRefusal("It is larger than is allowed. Use search_files on smaller files.");
        if (content.Bytes.Span.IndexOf((byte)0) >= 0 || content.Text is not { } text)
            throw new ToolRefusal("It is not text.");
        var shown = Show(text, start, count);
        Folder.Seen.Saw(context.Id, key, content.Version);
        return shown;
    }

    private string Show(string text, int start, int count)
    {
        var result = new ToolResult(Options);
        var (number, shown) = (0, 0);
        foreach (var line in new TextLines(text))
        {
            number++;
            if (number >= start && shown < count && !result.IsFull && result.TryAdd(string.Create(CultureInfo.InvariantCulture, $"{number}\t"), line))
                shown++;
        }

        if (number == 0)
            result.Note("The file is empty.");
        else if (start > number)
            throw new ToolRefusal(string.Create(CultureInfo.InvariantCulture, $"It has {number} lines only."));
        else if (result.IsFull)
            result.Note(string.Create(CultureInfo.InvariantCulture, $"Cut: the file has {number} lines. Go on with start_line {start + shown}."));
        else if (start + shown - 1 < number)
            result.Note(string.Create(CultureInfo.InvariantCulture, $"The file has {number} lines."));
        return result.ToString();
    }
}
