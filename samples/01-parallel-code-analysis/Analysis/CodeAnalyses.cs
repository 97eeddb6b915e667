using AgentOrchestration;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>The analyses there are.</summary>
internal static class CodeAnalyses
{
    /// <summary>All four, in the order of the report.</summary>
    /// <param name="thorough">Whether the rules that need the whole code base at once run too.</param>
    public static IReadOnlyList<ICodeAnalysis> All(bool thorough = false) =>
    [
        new RuleAnalysis
        {
            Name = "bugs",
            Title = "Bugs and vulnerabilities",
            Priority = AgentPriority.High,
            Categories = RuleCatalog.BugCategories,
            Thorough = thorough,
        },
        new MissingTestsAnalysis(),
        new DocumentationAnalysis(),
        new RuleAnalysis
        {
            Name = "performance",
            Title = "Performance",
            Categories = RuleCatalog.PerformanceCategories,
            FromTheEnd = true,
            Thorough = thorough,
        },
    ];
}
