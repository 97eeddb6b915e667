using System.Globalization;
using System.Text;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>Replaces a part of a text by another.</summary>
/// <param name="OldText">The part, exactly, but that line ends count as those of the text if all of them are of one kind.</param>
/// <param name="NewText">What takes its place.</param>
/// <param name="All">Whether it may be there several times.</param>
internal sealed record TextEdit(string OldText, string NewText, bool All)
{
    /// <summary>The line of the first replacement, and how many there were.</summary>
    public (int Line, int Count) Done { get; private set; }

    /// <param name="text">The old text.</param>
    /// <param name="maxBytes">The most that the new one may have, in UTF-8.</param>
    /// <exception cref="ToolRefusal">The part is not there, or several times, or the new text is too long.</exception>
    public string Apply(string text, int maxBytes)
    {
        var (oldText, newText) = (WithLineEndsOf(text, OldText), WithLineEndsOf(text, NewText));
        var first = text.IndexOf(oldText, StringComparison.Ordinal);
        if (first < 0)
            throw new ToolRefusal("It was not changed: old_text is not in it. It must match exactly, white space included, and without the line numbers. Read the file again.");

        var count = Count(text, oldText, first);
        if (count > 1 && !All)
            throw new ToolRefusal(string.Create(CultureInfo.InvariantCulture, $"It was not changed: old_text is in it {count} times. Give more of what surrounds it, or set replace_all."));
        if (Encoding.UTF8.GetByteCount(text) + ((long)count * (Encoding.UTF8.GetByteCount(newText) - Encoding.UTF8.GetByteCount(oldText))) > maxBytes)
            throw new ToolRefusal("It was not changed: it would become larger than is allowed.");

        Done = (text.AsSpan(0, first).Count('\n') + 1, count);
        return All
            ? text.Replace(oldText, newText, StringComparison.Ordinal)
            : string.Concat(text.AsSpan(0, first), newText, text.AsSpan(first + oldText.Length));
    }

    // Where all are replaced, those that overlap one before are not; otherwise they count, for it must be clear which is meant.
    private int Count(string text, string part, int first)
    {
        var count = 0;
        for (var at = first; at >= 0; at = text.IndexOf(part, at + (All ? part.Length : 1), StringComparison.Ordinal))
            count++;
        return count;
    }

    private static string WithLineEndsOf(string text, string part)
    {
        var all = text.AsSpan().Count('\n');
        var windows = text.AsSpan().Count("\r\n");
        if (all == 0 || (windows != 0 && windows != all))
            return part;

        part = part.Replace("\r\n", "\n", StringComparison.Ordinal);
        return windows == 0 ? part : part.Replace("\n", "\r\n", StringComparison.Ordinal);
    }
}
