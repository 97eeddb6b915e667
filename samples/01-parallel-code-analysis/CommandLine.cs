namespace ParallelCodeAnalysis;

/// <summary>What the user asked for.</summary>
/// <param name="Root">Absolute path of the folder to analyse.</param>
/// <param name="ReportPath">Absolute path of the report.</param>
/// <param name="IsPlain">Whether to print plain lines even on a terminal.</param>
/// <param name="IsThorough">Whether to run the rules that need the whole code base at once.</param>
/// <param name="Model">The model that does the analyses; null where code does them.</param>
/// <param name="IsHelp">Whether only the usage was asked for.</param>
internal sealed record CommandLine(string Root, string ReportPath, bool IsPlain, bool IsThorough, ModelEndpoint? Model, bool IsHelp)
{
    /// <summary>How to call the program.</summary>
    public const string Usage = """
        Usage: ParallelCodeAnalysis [PATH] [--report FILE] [--plain] [--thorough] [--endpoint URL] [--model NAME]

          PATH           folder to analyse, with everything below it; default: the repository this program was built from
          --report FILE  where to write the report; default: analysis-report.md in the current folder
          --plain        print plain lines, also on a terminal
          --endpoint URL, --model NAME
                         let a model do the four analyses, behind any endpoint that speaks OpenAI's chat-completions format;
                         what is left out is taken from OPENAI_BASE_URL and OPENAI_MODEL, the key from OPENAI_API_KEY
          --thorough     also run the rules that need the whole code base at once, and the compiler's warnings; about a third longer

        Ctrl+C stops the agents and keeps what they have found; a second Ctrl+C ends the program at once.
        Exit codes: 0 done, 1 an agent failed or was stopped, 2 the path or another argument is wrong.
        """;

    /// <summary>Reads the arguments; null with a message for the user if they make no sense.</summary>
    public static CommandLine? TryParse(IReadOnlyList<string> args, out string? error)
    {
        string? path = null;
        var report = "analysis-report.md";
        string? endpoint = null, model = null;
        var (plain, thorough, help) = (false, false, false);
        error = null;

        for (var i = 0; i < args.Count && error is null; i++)
            switch (args[i])
            {
                case "--plain": plain = true; break;
                case "--thorough": thorough = true; break;
                case "--help" or "-h": help = true; break;
                case "--report" when i + 1 < args.Count: report = args[++i]; break;
                case "--report": error = "--report needs a file name."; break;
                case "--endpoint" when i + 1 < args.Count: endpoint = args[++i]; break;
                case "--endpoint": error = "--endpoint needs a URL."; break;
                case "--model" when i + 1 < args.Count: model = args[++i]; break;
                case "--model": error = "--model needs a name."; break;
                case ['-', ..]: error = $"Unknown option '{args[i]}'."; break;
                default:
                    if (path is not null) error = $"One path at a time: '{path}' and '{args[i]}' were given.";
                    path = args[i];
                    break;
            }

        ModelEndpoint? endpointOfModel = null;
        if (error is null && !help) error = Check(path, report);
        if (error is null) endpointOfModel = ModelEndpoint.From(endpoint, model, out error);
        return error is null ? new CommandLine(Path.GetFullPath(OrRepository(path)), Path.GetFullPath(report), plain, thorough, endpointOfModel, help) : null;
    }

    private static string? Check(string? path, string report)
    {
        if (path is not null && string.IsNullOrWhiteSpace(path)) return "The path is empty.";
        if (string.IsNullOrWhiteSpace(report)) return "The name of the report is empty.";
        if (File.Exists(path)) return $"'{path}' is a file; give the folder that holds the code.";
        if (path is not null && !Directory.Exists(path)) return $"There is no folder '{path}'.";
        if (path is not null && !CanBeListed(path)) return $"The folder '{path}' cannot be read.";
        if (Directory.Exists(report)) return $"The report cannot be written: '{report}' is a folder.";
        var folder = Path.GetDirectoryName(Path.GetFullPath(report));
        return Directory.Exists(folder) ? null : $"The report cannot be written: there is no folder '{folder}'.";
    }

    private static bool CanBeListed(string folder)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any();
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Built inside the repository, the program finds it above itself; copied elsewhere, it takes the current folder.
    private static string OrRepository(string? path)
    {
        if (path is not null) return path;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orchestration.sln"))) folder = folder.Parent;
        return folder?.FullName ?? Environment.CurrentDirectory;
    }
}
