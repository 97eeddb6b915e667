using System.Text;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>A result that is made line by line and stays within its limit. What was left out is said at its end.</summary>
internal sealed class ToolResult(WorkspaceToolsOptions options)
{
    // Kept free for the notes at the end.
    private const int NotesCharacters = 400;
    private const int NoteCharacters = 150;

    private readonly StringBuilder _text = new();
    private readonly int _limit = options.MaxResultCharacters - NotesCharacters;

    /// <summary>Whether nothing more fits.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Adds a line; false if it does not fit, after which nothing does.</summary>
    /// <param name="prefix">Kept whole.</param>
    /// <param name="line">Cut if it is too long.</param>
    public bool TryAdd(string prefix, ReadOnlySpan<char> line)
    {
        var shown = line[..CutAt(line, options.MaxLineCharacters)];
        var mark = shown.Length < line.Length ? $"… [{line.Length - shown.Length} more characters in this line]" : "";
        IsFull |= _text.Length + prefix.Length + shown.Length + mark.Length + 1 > _limit;
        if (!IsFull)
            _text.Append(prefix).Append(shown).Append(mark).Append('\n');
        return !IsFull;
    }

    /// <summary>Says something of the result itself.</summary>
    public void Note(string note) => _text.Append('[').Append(note.AsSpan(0, CutAt(note, NoteCharacters))).Append(note.Length > NoteCharacters ? "…]\n" : "]\n");

    public override string ToString() => _text.ToString();

    /// <summary>Where to cut so that at most so many characters are kept, and none is cut in half.</summary>
    public static int CutAt(ReadOnlySpan<char> text, int max) => text.Length <= max ? text.Length : char.IsHighSurrogate(text[max - 1]) ? max - 1 : max;
}
