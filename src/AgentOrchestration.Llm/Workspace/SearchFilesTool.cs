using System.Globalization;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>Searches the lines of files with a regular expression.</summary>
internal sealed class SearchFilesTool(WorkspaceFolder folder) : WorkspaceTool(
    folder,
    "search_files",
    "Searches the lines of the workspace's text files with a regular expression. Gives path:line: text. Without lookarounds and back references.",
    Schema("""
        {
          "type": "object",
          "properties": {
            "pattern": { "type": "string", "description": "The regular expression, for one line; .NET syntax." },
            "files": { "type": "string", "description": "A pattern of paths to search in, such as '*.cs' or 'src/**/*.md'. Default: all files." },
            "path": { "type": "string", "description": "The folder to search in, relative to the workspace. Default: all of it." },
            "ignore_case": { "type": "boolean", "description": "Default: false." }
          },
          "required": ["pattern"],
          "additionalProperties": false
        }
        """))
{
    // What one can say in a search; an automaton of many times that size may be made of it.
    private const int MaxPatternCharacters = 500;

    // How often a cancellation is looked for within a file.
    private const int LinesAtOnce = 1_000;

    protected override async ValueTask<string> RunAsync(AgentContext context, ToolInput input, CancellationToken cancellationToken)
    {
        var regex = Parse(input.Text("pattern"), input.Flag("ignore_case"));
        var glob = input.OptionalText("files") is { } pattern
            ? Glob.TryParse(pattern) ?? throw new ToolRefusal("'files' is no pattern: it must not be empty or very long, and each '{' needs its '}'.")
            : null;
        var start = WorkspacePath.Parse(input.OptionalText("path") ?? ".");
        var files = Folder.FilesOf(context);
        var walk = new WorkspaceWalk(files);
        var search = new Search(regex, new ToolResult(Options), Options.MaxMatches);
        using var time = new TimeLimit(Options.TimeLimit, context.Time, cancellationToken);
        try
        {
            await foreach (var (path, entry) in walk.FilesAsync(start, time.Token).ConfigureAwait(false))
            {
                if (glob?.Matches(path.Text) == false)
                    continue;
                if (entry.Length > Options.MaxFileBytes)
                    search.TooLarge++;
                else
                    await SearchAsync(context, files, path, search, time.Token).ConfigureAwait(false);
                if (search.IsCut)
                    break;
            }
        }
        catch (Exception e) when (e is RegexMatchTimeoutException || (e is OperationCanceledException && time.IsOver))
        {
            search.Result.Note("Stopped: it took too long. Narrow the search.");
        }

        return search.Finish(walk.Unseen);
    }

    private Regex Parse(string pattern, bool ignoreCase)
    {
        if (pattern.Length is 0 or > MaxPatternCharacters)
            throw new ToolRefusal("'pattern' must not be empty or very long.");
        try
        {
            // Linear in the line, whatever the pattern.
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None), Options.TimeLimit);
        }
        catch (NotSupportedException)
        {
            throw new ToolRefusal("'pattern' has what is not supported here, such as a lookaround or a back reference, or is too large.");
        }
        catch (RegexParseException e)
        {
            throw new ToolRefusal(string.Create(CultureInfo.InvariantCulture, $"'pattern' is no regular expression: {e.Error} at character {e.Offset + 1}."));
        }
    }

    private async ValueTask SearchAsync(AgentContext context, GuardedFiles files, WorkspacePath path, Search search, CancellationToken cancellationToken)
    {
        // It does not wait: a search over everything would wait for everybody.
        if (!context.Locks.TryAcquire(new ResourceRequest(Folder.KeyOf(path), ResourceMode.Shared), out var guard, out var conflict))
        {
            search.Busy.Add($"{path} ('{conflict.Holder}')");
            return;
        }

        FileContent content;
        using (guard)
        {
            try
            {
                content = await files.ReadAsync(path.Text, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is FileRefusedException or IOException or UnauthorizedAccessException)
            {
                // It was moved, or is not ours to read: the search is about the others.
                search.Unread++;
                return;
            }
        }

        if (content.Bytes.Span.IndexOf((byte)0) < 0 && content.Text is { } text)
            SearchText(path, text, search, cancellationToken);
    }

    private static void SearchText(WorkspacePath path, string text, Search search, CancellationToken cancellationToken)
    {
        var number = 0;
        foreach (var line in new TextLines(text))
        {
            if (++number % LinesAtOnce == 0)
                cancellationToken.ThrowIfCancellationRequested();
            if (search.Regex.IsMatch(line) && !search.TryAdd(path, number, line))
                return;
        }
    }

    // One search under way.
    private sealed class Search(Regex regex, ToolResult result, int maxMatches)
    {
        private int _matches;

        public Regex Regex => regex;

        public ToolResult Result => result;

        public bool IsCut { get; private set; }

        public int TooLarge { get; set; }

        public int Unread { get; set; }

        public List<string> Busy { get; } = [];

        public bool TryAdd(WorkspacePath path, int number, ReadOnlySpan<char> line)
        {
            IsCut = _matches == maxMatches || !result.TryAdd(string.Create(CultureInfo.InvariantCulture, $"{path}:{number}: "), line);
            if (!IsCut)
                _matches++;
            return !IsCut;
        }

        public string Finish(int unseenFolders)
        {
            if (IsCut)
                result.Note(string.Create(CultureInfo.InvariantCulture, $"Cut: {_matches} lines shown, there are more. Narrow the search."));
            else if (_matches == 0)
                result.Note("Nothing found.");
            if (Busy.Count > 0)
                result.Note(string.Create(CultureInfo.InvariantCulture, $"Not searched, others are changing them: {Busy.Count}, such as {Busy[0]}"));
            if (TooLarge > 0)
                result.Note(string.Create(CultureInfo.InvariantCulture, $"Not searched, too large: {TooLarge}"));
            if (Unread + unseenFolders > 0)
                result.Note(string.Create(CultureInfo.InvariantCulture, $"Could not be read: {Unread} files, {unseenFolders} folders"));
            return result.ToString();
        }
    }
}
