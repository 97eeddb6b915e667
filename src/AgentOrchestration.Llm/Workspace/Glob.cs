using System.Text;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>A pattern of paths: <c>*</c> and <c>?</c> within a name, <c>**</c> over names, <c>{a,b}</c> for either. One without <c>/</c> holds in every folder.</summary>
internal sealed class Glob
{
    // Enough for any list of endings; a pattern becomes an automaton.
    private const int MaxCharacters = 500;

    private readonly Regex _regex;

    private Glob(Regex regex) => _regex = regex;

    /// <returns>Null if it is no pattern.</returns>
    public static Glob? TryParse(string pattern)
    {
        if (pattern.Length is 0 or > MaxCharacters)
            return null;

        pattern = pattern.Replace('\\', '/');
        var text = new StringBuilder(pattern.Contains('/', StringComparison.Ordinal) ? "^" : "^(.*/)?");
        pattern = pattern.TrimStart('/');
        var isInGroup = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            switch (pattern[i])
            {
                case '*' when rest.StartsWith("**/"):
                    text.Append("(.*/)?");
                    i += 2;
                    break;
                case '*' when rest.StartsWith("**"):
                    text.Append(".*");
                    i++;
                    break;
                case '*':
                    text.Append("[^/]*");
                    break;
                case '?':
                    text.Append("[^/]");
                    break;
                case '{' when !isInGroup:
                    text.Append('(');
                    isInGroup = true;
                    break;
                case '}' when isInGroup:
                    text.Append(')');
                    isInGroup = false;
                    break;
                case ',' when isInGroup:
                    text.Append('|');
                    break;
                case '{' or '}':
                    return null;
                default:
                    text.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        // Linear in the path, whatever the pattern.
        var options = RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
            options |= RegexOptions.IgnoreCase;
        return isInGroup ? null : new Glob(new Regex(text.Append("\\z").ToString(), options, Regex.InfiniteMatchTimeout));
    }

    public bool Matches(string path) => _regex.IsMatch(path);
}
