using AgentOrchestration;
using ParallelCodeAnalysis.Analysis;

namespace ParallelCodeAnalysis.Agents;

/// <summary>Passes on what an analysis finds: to the knowledge base that all agents share, to the agent's own log, and as progress to whoever watches.</summary>
internal sealed class AgentSink(AgentContext context, FindingLog log) : IAnalysisSink
{
    private int _reportedPercent = -1;

    /// <inheritdoc/>
    public async ValueTask AddAsync(IReadOnlyList<Finding> findings, CancellationToken cancellationToken)
    {
        foreach (var finding in findings)
        {
            // Adding fails if any agent has added the same before: of all who find it, one reports it.
            var added = await context.Knowledge.TryAddAsync(Draft(finding), cancellationToken);
            log.Add(finding, isNew: added.Applied);
        }
    }

    /// <inheritdoc/>
    public void Report(AnalysisProgress progress)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        log.Progress = progress;
        var percent = progress.FilesTotal == 0 ? 100 : progress.FilesDone * 100 / progress.FilesTotal;

        // Nobody sees more than a hundred steps, and every report is an event that all subscribers read.
        if (percent == _reportedPercent && progress.FilesDone < progress.FilesTotal) return;
        _reportedPercent = percent;
        context.Report(progress.File ?? "starting", percent);
    }

    private static KnowledgeDraft Draft(Finding finding) => new(finding.Key, finding.Message)
    {
        Tags = [finding.Analysis, finding.RuleId],
        Importance = finding.Severity switch
        {
            FindingSeverity.Error => 0.9,
            FindingSeverity.Warning => 0.6,
            _ => 0.3,
        },
    };
}
