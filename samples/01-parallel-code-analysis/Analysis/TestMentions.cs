using System.Collections.Frozen;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>What test code mentions: by symbol where the mention binds, else by name.</summary>
/// <param name="names">The only names to look for; the rest is not worth binding.</param>
internal sealed class TestMentions(FrozenSet<string> names)
{
    private readonly HashSet<ISymbol> _symbols = new(SymbolEqualityComparer.Default);
    private readonly HashSet<string> _unboundNames = new(StringComparer.Ordinal);

    /// <summary>Takes in one test file.</summary>
    public void Read(SourceFile file, Compilation compilation, CancellationToken cancellationToken)
    {
        var model = compilation.GetSemanticModel(file.Tree);
        foreach (var name in file.Tree.GetRoot(cancellationToken).DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var text = name.Identifier.ValueText;
            if (!names.Contains(text) || _unboundNames.Contains(text)) continue;

            var info = model.GetSymbolInfo(name, cancellationToken);
            if (info.Symbol is { } symbol) Add(symbol);
            else if (info.CandidateSymbols.Length > 0) foreach (var candidate in info.CandidateSymbols) Add(candidate);
            else _unboundNames.Add(text);
        }
    }

    /// <summary>Whether the symbol, or an interface member that it implements, is mentioned.</summary>
    public bool Cover(ISymbol symbol) =>
        _unboundNames.Contains(symbol.Name) || _symbols.Contains(symbol) || ImplementedBy(symbol).Any(_symbols.Contains);

    private static IEnumerable<ISymbol> ImplementedBy(ISymbol symbol) =>
        symbol is INamedTypeSymbol
            ? []
            : from contract in symbol.ContainingType.AllInterfaces
              from member in contract.GetMembers(symbol.Name)
              where SymbolEqualityComparer.Default.Equals(symbol.ContainingType.FindImplementationForInterfaceMember(member), symbol)
              select member.OriginalDefinition;

    // Whoever uses a member uses its type too, even if the type's name does not appear.
    private void Add(ISymbol symbol)
    {
        var definition = symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol;
        for (ISymbol? next = definition.OriginalDefinition; next is not null and not INamespaceSymbol; next = next.ContainingType)
            _symbols.Add(next);
    }
}
