using System.Collections.Frozen;
using AgentOrchestration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Finds public types, methods and computed properties that no test mentions.</summary>
/// <remarks>A mention is no proof of a test, and its absence is a good hint that there is none.</remarks>
internal sealed class MissingTestsAnalysis : ICodeAnalysis
{
    private const string NoTests = "TEST001";
    private const string UntestedType = "TEST002";
    private const string UntestedMember = "TEST003";

    /// <inheritdoc/>
    public string Name => "tests";

    /// <inheritdoc/>
    public string Title => "Missing tests";

    /// <inheritdoc/>
    public AgentPriority Priority => AgentPriority.Medium;

    /// <inheritdoc/>
    public async Task RunAsync(CodeBase code, IAnalysisSink sink, CancellationToken cancellationToken)
    {
        var (tests, product) = (code.Files.Where(file => file.IsTest).ToList(), code.Files.Where(file => !file.IsTest).ToList());
        var done = 0;
        sink.Report(new AnalysisProgress(0, code.Files.Count, File: null));
        if (tests.Count == 0 && product.Count > 0)
            await sink.AddAsync([new Finding(NoTests, Name, FindingSeverity.Warning, "There is no test code at all.", string.Empty, 0)], cancellationToken);

        var candidates = product.ToDictionary(file => file, file => Candidates(file, code.Compilation, cancellationToken));
        var mentions = new TestMentions(candidates.Values.SelectMany(list => list).Select(member => member.Symbol.Name).ToFrozenSet(StringComparer.Ordinal));
        foreach (var file in tests)
        {
            mentions.Read(file, code.Compilation, cancellationToken);
            sink.Report(new AnalysisProgress(++done, code.Files.Count, file.Path));
        }

        foreach (var file in product)
        {
            var findings = Untested(file, candidates[file], mentions).ToList();
            if (findings.Count > 0) await sink.AddAsync(findings, cancellationToken);
            sink.Report(new AnalysisProgress(++done, code.Files.Count, file.Path));
        }
    }

    // Only what a test can call and what has behaviour of its own: nothing protected, no contracts, enums or delegates,
    // no overrides (tested through their base), no auto-properties.
    private static List<PublicMember> Candidates(SourceFile file, Compilation compilation, CancellationToken cancellationToken) =>
        PublicMember.In(file, compilation, cancellationToken).Where(member => member switch
        {
            { Symbol.DeclaredAccessibility: not Accessibility.Public } => false,
            { Symbol: INamedTypeSymbol type } => type.TypeKind is TypeKind.Class or TypeKind.Struct,
            { Symbol.ContainingType.TypeKind: TypeKind.Interface } or { Symbol.IsOverride: true } or { Symbol.IsAbstract: true } => false,
            { Symbol: IMethodSymbol method } => method.MethodKind == MethodKind.Ordinary,
            { Symbol: IPropertySymbol property } => !property.IsIndexer && IsComputed(member.Node),
            _ => false,
        }).ToList();

    private static bool IsComputed(SyntaxNode node) => node is PropertyDeclarationSyntax property
        && (property.ExpressionBody is not null
            || property.AccessorList?.Accessors.Any(accessor => accessor.Body is not null || accessor.ExpressionBody is not null) == true);

    private IEnumerable<Finding> Untested(SourceFile file, List<PublicMember> members, TestMentions mentions)
    {
        // Extension methods and factories are used without their type's name.
        var usedThroughMembers = members.Select(member => member.Symbol).Where(symbol => symbol is not INamedTypeSymbol && mentions.Cover(symbol))
            .Select(symbol => symbol.ContainingType).ToHashSet<ISymbol>(SymbolEqualityComparer.Default);
        var untestedTypes = members.Select(member => member.Symbol).OfType<INamedTypeSymbol>()
            .Where(type => !mentions.Cover(type) && !usedThroughMembers.Contains(type)).ToHashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var member in members)
        {
            if (member.Symbol is INamedTypeSymbol)
            {
                if (untestedTypes.Contains(member.Symbol))
                    yield return At(member, UntestedType, FindingSeverity.Warning, $"No test mentions the type '{member.DisplayName}'.");
            }
            else if (!untestedTypes.Contains(member.Symbol.ContainingType) && !mentions.Cover(member.Symbol))
            {
                var severity = member.Symbol is IMethodSymbol ? FindingSeverity.Warning : FindingSeverity.Info;
                yield return At(member, UntestedMember, severity, $"No test mentions '{member.DisplayName}'.");
            }
        }

        Finding At(PublicMember member, string rule, FindingSeverity severity, string message) =>
            new(rule, Name, severity, message, file.Path, member.Line);
    }
}
