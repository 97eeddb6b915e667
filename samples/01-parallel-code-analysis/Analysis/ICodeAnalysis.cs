using AgentOrchestration;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>One way of looking at a code base; each becomes one agent.</summary>
internal interface ICodeAnalysis
{
    /// <summary>Short and stable, fit for an id: <c>bugs</c>.</summary>
    string Name { get; }

    /// <summary>For people: <c>Bugs and vulnerabilities</c>.</summary>
    string Title { get; }

    /// <summary>How urgent it is, beside the others.</summary>
    AgentPriority Priority { get; }

    /// <summary>Goes through every file, adding findings to <paramref name="sink"/> as it comes to them.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was found until then is in the sink.</exception>
    Task RunAsync(CodeBase code, IAnalysisSink sink, CancellationToken cancellationToken);
}
