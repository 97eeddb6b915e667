using AgentOrchestration;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Reads the XML comments of everything public outside test code.</summary>
internal sealed class DocumentationAnalysis : ICodeAnalysis
{
    /// <inheritdoc/>
    public string Name => "documentation";

    /// <inheritdoc/>
    public string Title => "Documentation quality";

    /// <inheritdoc/>
    public AgentPriority Priority => AgentPriority.Low;

    /// <inheritdoc/>
    public async Task RunAsync(CodeBase code, IAnalysisSink sink, CancellationToken cancellationToken)
    {
        sink.Report(new AnalysisProgress(0, code.Files.Count, File: null));
        for (var done = 0; done < code.Files.Count; done++)
        {
            var file = code.Files[done];
            var findings = file.IsTest ? [] : Check(file, code, cancellationToken).DistinctBy(finding => finding.Key).ToList();
            if (findings.Count > 0) await sink.AddAsync(findings, cancellationToken);
            sink.Report(new AnalysisProgress(done + 1, code.Files.Count, file.Path));
        }
    }

    // An override has its base's documentation unless it says more.
    private IEnumerable<Finding> Check(SourceFile file, CodeBase code, CancellationToken cancellationToken) =>
        from member in PublicMember.In(file, code.Compilation, cancellationToken)
        let comment = DocumentationComment.Of(member, cancellationToken)
        where !(member.Symbol.IsOverride && comment.IsAbsent)
        from problem in DocumentationRules.Check(member, comment)
        select new Finding(problem.Rule, Name, problem.Severity, problem.Message.ReplaceLineEndings(" "), file.Path, member.Line);
}
