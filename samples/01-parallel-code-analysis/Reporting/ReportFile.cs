using AgentOrchestration;

namespace ParallelCodeAnalysis.Reporting;

/// <summary>The report on disk: a title, the agents' sections in the order they end, and at last a summary above them.</summary>
/// <remarks>Several agents write to the one file. They take turns by a lock named after its full path, from whatever hands out locks to the caller.</remarks>
internal sealed class ReportFile
{
    private const string Title = "# Code analysis";
    private readonly string _path;

    private ReportFile(string path) => _path = path;

    /// <summary>Begins the file anew; null with a message for the user if it cannot be written.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="error">What is wrong.</param>
    public static ReportFile? TryCreate(string path, out string? error)
    {
        try
        {
            File.WriteAllLines(path, [Title, string.Empty]);
            error = null;
            return new ReportFile(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error = $"The report cannot be written: {failure.Message}";
            return null;
        }
    }

    /// <summary>Adds one agent's section at the end.</summary>
    /// <param name="section">The section.</param>
    /// <param name="locks">The agent's locks; for the host, the orchestrator's.</param>
    /// <param name="cancellationToken">Ends the wait for the lock, not the writing: half a section is worth less than the moment it takes.</param>
    public async Task AppendAsync(AgentSection section, IResourceLocks locks, CancellationToken cancellationToken = default)
    {
        await using var guard = await locks.AcquireAsync(ResourceRequest.Exclusive(_path), cancellationToken: cancellationToken);
        await File.AppendAllLinesAsync(_path, ReportText.Section(section), CancellationToken.None);
    }

    /// <summary>Puts the summary above the sections. The file is replaced in one step, so that nobody finds half of it.</summary>
    public async Task CompleteAsync(ReportSummary summary, IResourceLocks locks)
    {
        await using var guard = await locks.AcquireAsync(ResourceRequest.Exclusive(_path));
        var sections = (await File.ReadAllLinesAsync(_path)).Skip(2);
        var next = _path + ".new";
        await File.WriteAllLinesAsync(next, [Title, string.Empty, .. ReportText.Summary(summary), .. sections]);
        File.Move(next, _path, overwrite: true);
    }
}
