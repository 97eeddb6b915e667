namespace AgentOrchestration.Llm.Workspace;

/// <summary>The lines of a text without their ends, which are <c>\n</c> or <c>\r\n</c>. What follows the last end is a line if it is not empty.</summary>
internal ref struct TextLines(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    public ReadOnlySpan<char> Current { get; private set; }

    public readonly TextLines GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;

        var end = _rest.IndexOf('\n');
        var line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        Current = end >= 0 && line.EndsWith('\r') ? line[..^1] : line;
        return true;
    }
}
