using System.Collections.Frozen;
using System.Collections.Immutable;
using AgentOrchestration;
using Microsoft.CodeAnalysis;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Reports what the analysers find in some of their categories.</summary>
internal sealed class RuleAnalysis : ICodeAnalysis
{
    // "Mark as static": in tests the attributes that forbid it come from packages, and do not bind here.
    private const string MisledInTests = "CA1822";

    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <inheritdoc/>
    public required string Title { get; init; }

    /// <inheritdoc/>
    public AgentPriority Priority { get; init; } = AgentPriority.Medium;

    /// <summary>The categories to report.</summary>
    public required FrozenSet<string> Categories { get; init; }

    /// <summary>
    /// Whether to begin with the last file. Two analyses that come from opposite ends never want the same file before they
    /// meet; from there on each finds the other's outcome waiting (<see cref="RulePass"/>).
    /// </summary>
    public bool FromTheEnd { get; init; }

    /// <summary>Whether to end with what needs the whole code base at once, which takes about a third longer.</summary>
    public bool Thorough { get; init; }

    /// <inheritdoc/>
    public async Task RunAsync(CodeBase code, IAnalysisSink sink, CancellationToken cancellationToken)
    {
        var total = code.Files.Count;
        sink.Report(new AnalysisProgress(0, total, File: null));
        for (var done = 0; done < total; done++)
        {
            var file = code.Files[FromTheEnd ? total - 1 - done : done];
            var diagnostics = await code.Rules.ForFileAsync(file, cancellationToken);
            await AddAsync(sink, file.IsTest ? diagnostics.RemoveAll(diagnostic => diagnostic.Id == MisledInTests) : diagnostics, cancellationToken);
            sink.Report(new AnalysisProgress(done + 1, total, file.Path));
        }

        if (!Thorough) return;
        sink.Report(new AnalysisProgress(total, total, "the code base as a whole"));
        await AddAsync(sink, await code.Rules.ForWholeAsync(cancellationToken), cancellationToken);
    }

    private async Task AddAsync(IAnalysisSink sink, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        var findings = diagnostics
            .Where(diagnostic => Categories.Contains(diagnostic.Descriptor.Category))
            .Select(diagnostic => diagnostic.ToFinding(Name))
            .DistinctBy(finding => finding.Key)
            .OrderBy(finding => finding.Line)
            .ToList();
        if (findings.Count > 0) await sink.AddAsync(findings, cancellationToken);
    }
}
