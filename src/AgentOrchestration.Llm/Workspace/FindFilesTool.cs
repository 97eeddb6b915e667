using System.Globalization;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>Finds files by their paths.</summary>
internal sealed class FindFilesTool(WorkspaceFolder folder) : WorkspaceTool(
    folder,
    "find_files",
    "Finds files of the workspace by a pattern of their paths: '*' and '?' within a name, '**' over folders, '{a,b}' for either. A pattern without '/' holds in every folder.",
    Schema("""
        {
          "type": "object",
          "properties": {
            "pattern": { "type": "string", "description": "The pattern, such as '*.cs' or 'src/**/*Tests.cs'." },
            "path": { "type": "string", "description": "The folder to look in, relative to the workspace. Default: all of it." }
          },
          "required": ["pattern"],
          "additionalProperties": false
        }
        """))
{
    protected override async ValueTask<string> RunAsync(AgentContext context, ToolInput input, CancellationToken cancellationToken)
    {
        var glob = Glob.TryParse(input.Text("pattern")) ?? throw new ToolRefusal("'pattern' is no pattern: it must not be empty or very long, and each '{' needs its '}'.");
        var start = WorkspacePath.Parse(input.OptionalText("path") ?? ".");
        var walk = new WorkspaceWalk(Folder.FilesOf(context));
        var result = new ToolResult(Options);
        var found = 0;
        var isCut = false;
        using var time = new TimeLimit(Options.TimeLimit, context.Time, cancellationToken);
        try
        {
            await foreach (var (path, _) in walk.FilesAsync(start, time.Token).ConfigureAwait(false))
            {
                if (!glob.Matches(path.Text))
                    continue;
                isCut = found == Options.MaxMatches || !result.TryAdd("", path.ToString());
                if (isCut)
                    break;
                found++;
            }
        }
        catch (OperationCanceledException) when (time.IsOver)
        {
            result.Note("Stopped: it took too long. Look in a folder of it.");
        }

        if (isCut)
            result.Note(string.Create(CultureInfo.InvariantCulture, $"Cut: {found} files shown, there are more. Narrow the pattern or the path."));
        else if (found == 0)
            result.Note("No file found.");
        if (walk.Unseen > 0)
            result.Note(string.Create(CultureInfo.InvariantCulture, $"{walk.Unseen} folders could not be seen as a whole."));
        return result.ToString();
    }
}
