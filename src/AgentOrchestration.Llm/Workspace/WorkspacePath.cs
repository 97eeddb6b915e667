using System.Globalization;
using System.Text;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>A path as a model gave it, made plain: relative to the root, with <c>/</c> between names. Where it leads is for the guarded files to find out.</summary>
internal readonly record struct WorkspacePath
{
    private const int MaxCharacters = 4_096;

    // Devices in every folder of Windows, whatever follows a dot.
    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$", .. "0123456789¹²³".SelectMany(static digit => new[] { $"COM{digit}", $"LPT{digit}" })], StringComparer.OrdinalIgnoreCase);

    private WorkspacePath(string text) => Text = text;

    /// <summary>The path; <c>.</c> for the root itself.</summary>
    public string Text { get; }

    public bool IsRoot => Text == ".";

    /// <exception cref="ToolRefusal">It is no path within a folder.</exception>
    public static WorkspacePath Parse(string text)
    {
        if (text.Length > MaxCharacters)
            throw new ToolRefusal("The path is too long.");
        if (text.EnumerateRunes().Any(IsInvisible))
            throw new ToolRefusal("The path has characters that cannot be seen. Write it without them.");

        // Models write either separator, whatever the platform.
        var path = text.Replace('\\', '/');
        if (path.StartsWith('/') || (path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0])))
            throw new ToolRefusal($"'{Shorten(text)}' is an absolute path. Give one that starts in the workspace, such as 'src/main.cs'.");

        var names = new List<string>();
        foreach (var name in path.Split('/'))
        {
            if (name == "..")
                throw new ToolRefusal($"'{Shorten(text)}' has '..' in it. Give a path that starts in the workspace, such as 'src/main.cs'.");
            if (OperatingSystem.IsWindows() && MeansSomethingElse(name))
                throw new ToolRefusal($"'{Shorten(text)}' is no name of a file.");
            if (name is "" or ".")
                continue;
            if (string.IsNullOrWhiteSpace(name))
                throw new ToolRefusal($"'{Shorten(text)}' has a blank name in it.");
            names.Add(name);
        }

        return new WorkspacePath(names.Count == 0 ? "." : string.Join('/', names));
    }

    /// <summary>A name below this path.</summary>
    public WorkspacePath Below(string name) => new(IsRoot ? name : $"{Text}/{name}");

    /// <summary>The path as it is shown to a model: a name that somebody has made up cannot break the line.</summary>
    public override string ToString() =>
        Text.EnumerateRunes().Any(IsInvisible) ? string.Concat(Text.EnumerateRunes().Select(static rune => IsInvisible(rune) ? Rune.ReplacementChar : rune)) : Text;

    // On Windows: streams and drives, other names of folders, devices, and endings that are dropped.
    private static bool MeansSomethingElse(string name) =>
        name.Contains(':', StringComparison.Ordinal) || IsShortName(name) || Devices.Contains(name.Split('.')[0].TrimEnd(' '))
        || (name.Length > 1 && name[^1] is '.' or ' ');

    // As in GIT~1, which is another name of .git.
    private static bool IsShortName(string name) => name.IndexOf('~', StringComparison.Ordinal) is >= 0 and var at && at + 1 < name.Length && char.IsAsciiDigit(name[at + 1]);

    // Or no character at all: then a name that could not be read stands for another.
    private static bool IsInvisible(Rune rune) => rune == Rune.ReplacementChar
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Shorten(string text) => text.Length <= 200 ? text : $"{text[..200]}…";
}
