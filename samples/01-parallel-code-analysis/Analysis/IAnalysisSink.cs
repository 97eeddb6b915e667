namespace ParallelCodeAnalysis.Analysis;

/// <summary>Where an analysis puts what it finds: the seam to the agent that runs it.</summary>
/// <remarks>One sink serves one analysis, which calls it from one thread at a time.</remarks>
internal interface IAnalysisSink
{
    /// <summary>Takes the findings of one file (never an empty list). What was added stays added if the analysis is cancelled later.</summary>
    ValueTask AddAsync(IReadOnlyList<Finding> findings, CancellationToken cancellationToken);

    /// <summary>Takes note of progress: once at the start and after every file. Must be quick.</summary>
    void Report(AnalysisProgress progress);
}
