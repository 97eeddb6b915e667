using System.Text;

namespace ParallelCodeAnalysis.Reporting;

/// <summary>Text from code and file systems, made safe to stand in Markdown.</summary>
internal static class Markdown
{
    private const string Special = @"\`*_[]<>|#~&";

    /// <summary>One line in which nothing is taken for markup.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (Special.Contains(c, StringComparison.Ordinal)) escaped.Append('\\');
            escaped.Append(char.IsControl(c) ? ' ' : c);
        }

        return escaped.ToString();
    }

    /// <summary>A span of code on one line.</summary>
    public static string Code(string text) => $"`{string.Concat(text.Select(c => c == '`' ? '\'' : char.IsControl(c) ? ' ' : c))}`";
}
