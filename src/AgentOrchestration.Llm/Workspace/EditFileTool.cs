using System.Globalization;
using System.Text;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>Replaces a part of a text file.</summary>
internal sealed class EditFileTool(WorkspaceFolder folder) : WorkspaceTool(
    folder,
    "edit_file",
    "Replaces a part of a text file of the workspace, which must be read first. The part must be in it exactly once, or replace_all be set.",
    Schema("""
        {
          "type": "object",
          "properties": {
            "path": { "type": "string", "description": "The file, relative to the workspace." },
            "old_text": { "type": "string", "description": "The part, exactly as in the file, without line numbers." },
            "new_text": { "type": "string", "description": "What takes its place." },
            "replace_all": { "type": "boolean", "description": "Whether it may be there several times. Default: false." }
          },
          "required": ["path", "old_text", "new_text"],
          "additionalProperties": false
        }
        """))
{
    // It is searched for while the file is held, in time that grows with its length.
    private const int MaxOldCharacters = 20_000;

    public override bool IsReadOnly => false;

    protected override async ValueTask<string> RunAsync(AgentContext context, ToolInput input, CancellationToken cancellationToken)
    {
        var path = WorkspacePath.Parse(input.Text("path"));
        var edit = new TextEdit(input.Text("old_text"), input.Text("new_text"), input.Flag("replace_all"));
        if (edit.OldText.Length is 0 or > MaxOldCharacters)
            throw new ToolRefusal("old_text must not be empty, nor longer than needed to be found once. To replace all of a file, use write_file.");
        if (edit.OldText == edit.NewText)
            throw new ToolRefusal("old_text and new_text are the same.");

        var key = Folder.KeyOf(path);
        var seen = Folder.Seen.Of(context.Id, key);
        if (!seen.Exists)
            throw new ToolRefusal("You have not read it, or too long ago. Read it first.");

        var change = await EditAsync(context, path, edit, seen, cancellationToken).ConfigureAwait(false);
        if (change.Refusal is { } refusal)
            throw new ToolRefusal(WorkspaceText.Of(refusal, context.Id));
        Folder.Seen.Saw(context.Id, key, change.Version);
        return string.Create(CultureInfo.InvariantCulture, $"Changed {path} at line {edit.Done.Line}{(edit.Done.Count > 1 ? $" and {edit.Done.Count - 1} more places" : "")}.");
    }

    private async ValueTask<FileChange> EditAsync(AgentContext context, WorkspacePath path, TextEdit edit, FileVersion seen, CancellationToken cancellationToken)
    {
        var files = Folder.FilesOf(context);
        while (true)
        {
            FileChange change;
            try
            {
                change = await files.TryEditAsync(path.Text, text => edit.Apply(text, Options.MaxFileBytes), seen, cancellationToken).ConfigureAwait(false);
            }
            catch (EncoderFallbackException)
            {
                throw new ToolRefusal("new_text is not valid text.");
            }

            // Edits that a model asks for in one turn run at the same time, each on what it has seen before: they do not contradict each other.
            if (change.Refusal is not { Reason: FileRefusalReason.Changed, Writer.AgentId: { } writer, Found: { } found } || writer != context.Id)
                return change;
            seen = found;
        }
    }
}
