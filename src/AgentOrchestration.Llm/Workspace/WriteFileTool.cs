using System.Globalization;
using System.Text;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>Writes a whole text file.</summary>
internal sealed class WriteFileTool(WorkspaceFolder folder) : WorkspaceTool(
    folder,
    "write_file",
    "Writes a whole text file of the workspace, or creates it with its folders. A file that exists must be read first. To change a part of it, use edit_file.",
    Schema("""
        {
          "type": "object",
          "properties": {
            "path": { "type": "string", "description": "The file, relative to the workspace." },
            "content": { "type": "string", "description": "All that the file is to contain." }
          },
          "required": ["path", "content"],
          "additionalProperties": false
        }
        """))
{
    public override bool IsReadOnly => false;

    protected override async ValueTask<string> RunAsync(AgentContext context, ToolInput input, CancellationToken cancellationToken)
    {
        var path = WorkspacePath.Parse(input.Text("path"));
        var content = input.Text("content");
        if (Encoding.UTF8.GetByteCount(content) > Options.MaxFileBytes)
            throw new ToolRefusal("The content is larger than is allowed.");

        var key = Folder.KeyOf(path);
        var seen = Folder.Seen.Of(context.Id, key);
        var change = await WriteAsync(Folder.FilesOf(context), path, content, seen, cancellationToken).ConfigureAwait(false);
        if (change.Refusal is { Reason: FileRefusalReason.Changed } changed)
        {
            if (!seen.Exists)
                throw new ToolRefusal("There is such a file already, and you have not read it. Read it first.");

            // Deleted: the next write may create it. Changed: only reading it again helps.
            if (changed.Found is { Exists: false })
                Folder.Seen.Saw(context.Id, key, FileVersion.Absent);
        }

        if (change.Refusal is { } refusal)
            throw new ToolRefusal(WorkspaceText.Of(refusal, context.Id));
        Folder.Seen.Saw(context.Id, key, change.Version);
        return string.Create(CultureInfo.InvariantCulture, $"{(seen.Exists ? "Wrote" : "Created")} {path}: {change.Version.Length} bytes.");
    }

    private static async ValueTask<FileChange> WriteAsync(GuardedFiles files, WorkspacePath path, string content, FileVersion seen, CancellationToken cancellationToken)
    {
        try
        {
            return await files.TryWriteAsync(path.Text, content, seen, cancellationToken).ConfigureAwait(false);
        }
        catch (EncoderFallbackException)
        {
            throw new ToolRefusal("'content' is not valid text.");
        }
    }
}
