using ParallelCodeAnalysis.Analysis;

namespace ParallelCodeAnalysis;

/// <summary>Keeps the findings of one analysis in memory and prints its progress; the agents' shared knowledge base takes its place.</summary>
internal sealed class PlainSink(ICodeAnalysis analysis) : IAnalysisSink
{
    private readonly Dictionary<string, Finding> _findings = new(StringComparer.Ordinal);
    private int _printedTenth = -1;

    /// <summary>Each finding once.</summary>
    public IReadOnlyList<Finding> Findings => [.. _findings.Values];

    /// <summary>How far the analysis has come.</summary>
    public AnalysisProgress Progress { get; private set; }

    /// <inheritdoc/>
    public ValueTask AddAsync(IReadOnlyList<Finding> findings, CancellationToken cancellationToken)
    {
        foreach (var finding in findings) _findings.TryAdd(finding.Key, finding);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Report(AnalysisProgress progress)
    {
        Progress = progress;
        var tenth = progress.FilesTotal == 0 ? 10 : progress.FilesDone * 10 / progress.FilesTotal;
        if (tenth == _printedTenth) return;
        _printedTenth = tenth;
        Console.WriteLine($"{analysis.Name,-14} {tenth * 10,3} %  {progress.FilesDone} of {progress.FilesTotal} files, {_findings.Count} findings");
    }
}
