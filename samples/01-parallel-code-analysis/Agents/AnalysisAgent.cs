using AgentOrchestration;
using ParallelCodeAnalysis.Analysis;
using ParallelCodeAnalysis.Reporting;

namespace ParallelCodeAnalysis.Agents;

/// <summary>One analysis as an agent: it works through the code base and adds its section to the report.</summary>
/// <remarks>What it finds is kept here and not in the attempt, so that nothing is lost when the agent is cancelled.</remarks>
internal sealed class AnalysisAgent(ICodeAnalysis analysis, SharedOutcome<CodeBase> code, ReportFile report, ModelReviewer? reviewer) : IAgent
{
    private readonly FindingLog _log = new();

    /// <summary>The analysis' name: under it the agent is registered, listed and shown.</summary>
    public string Name => analysis.Name;

    /// <summary>Findings so far.</summary>
    public int Findings => _log.Count;

    /// <summary>Whether its section is in the report.</summary>
    public bool HasReported { get; private set; }

    /// <summary>What the orchestrator is asked for.</summary>
    public AgentGoal GoalFor(string root) => new($"{analysis.Title} in every C# file below {root}")
    {
        Name = Name,
        Agent = Name,
        Priority = analysis.Priority,
        Budget = reviewer is null ? AgentBudget.Unlimited : ModelReviewer.Budget,
    };

    /// <inheritdoc/>
    public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
    {
        var sink = new AgentSink(context, _log);
        AgentOutput? review = null;
        if (reviewer is not null)
        {
            review = await reviewer.ReviewAsync(analysis, context, sink, cancellationToken);
        }
        else
        {
            context.Report("reading and parsing the files");
            await analysis.RunAsync(await code.GetAsync(cancellationToken), sink, cancellationToken);
        }

        context.Report("writing its section of the report");
        await report.AppendAsync(Section(AgentState.Completed), context.Locks, cancellationToken);
        HasReported = true;
        return review ?? $"{Findings} found";
    }

    /// <summary>The section of an agent that has ended, however it did.</summary>
    public AgentSection Section(AgentResult result) => Section(result.State, result.Error?.Message ?? result.CancelReason);

    private AgentSection Section(AgentState outcome, string? reason = null) =>
        new(analysis.Title, outcome, reason, _log.Progress, _log.ToList(), _log.KnownAlready);
}
