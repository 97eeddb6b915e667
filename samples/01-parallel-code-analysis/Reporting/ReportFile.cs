namespace ParallelCodeAnalysis.Reporting;

/// <summary>The report on disk: a title, the agents' sections in the order they end, and at last a summary above them.</summary>
/// <remarks>Not thread-safe, on purpose: several agents write to the one file, and the lock that they take turns with is the orchestrator's.</remarks>
internal sealed class ReportFile
{
    private const string Title = "# Code analysis";
    private readonly string _path;

    private ReportFile(string path) => _path = path;

    /// <summary>Begins the file anew.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static async Task<ReportFile> CreateAsync(string path, CancellationToken cancellationToken)
    {
        await File.WriteAllLinesAsync(path, [Title, string.Empty], cancellationToken);
        return new ReportFile(path);
    }

    /// <summary>Adds one agent's section at the end. The caller holds the lock on the file.</summary>
    /// <remarks>Not cancellable: half a section is worth less than the moment it takes to write it.</remarks>
    public Task AppendAsync(AgentSection section) => File.AppendAllLinesAsync(_path, ReportText.Section(section), CancellationToken.None);

    /// <summary>Puts the summary above the sections. The file is replaced in one step, so that nobody finds half of it.</summary>
    public async Task CompleteAsync(ReportSummary summary)
    {
        var sections = (await File.ReadAllLinesAsync(_path, CancellationToken.None)).Skip(2);
        var next = _path + ".new";
        await File.WriteAllLinesAsync(next, [Title, string.Empty, .. ReportText.Summary(summary), .. sections], CancellationToken.None);
        File.Move(next, _path, overwrite: true);
    }
}
