using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>A type or member that code outside its assembly can reach.</summary>
/// <param name="Symbol">What it is.</param>
/// <param name="Node">Where it is declared; for a field, the whole declaration.</param>
/// <param name="Line">Line of its name, from 1.</param>
internal sealed record PublicMember(ISymbol Symbol, SyntaxNode Node, int Line)
{
    /// <summary>Type and name, for messages: <c>Basket.Add</c>.</summary>
    public string DisplayName => Symbol.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);

    /// <summary>Those declared in a file. A partial type counts in the first of its files only.</summary>
    public static IEnumerable<PublicMember> In(SourceFile file, Compilation compilation, CancellationToken cancellationToken)
    {
        var model = compilation.GetSemanticModel(file.Tree);
        foreach (var node in file.Tree.GetRoot(cancellationToken).DescendantNodes(IsContainer).OfType<MemberDeclarationSyntax>())
            foreach (var declarator in Declarators(node))
                if (model.GetDeclaredSymbol(declarator, cancellationToken) is { } symbol && IsReachable(symbol) && IsFirst(symbol, declarator))
                    yield return new PublicMember(symbol, node, LineOf(symbol, declarator));
    }

    private static bool IsContainer(SyntaxNode node) =>
        node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax or EnumDeclarationSyntax;

    private static IEnumerable<SyntaxNode> Declarators(MemberDeclarationSyntax node) => node switch
    {
        BaseNamespaceDeclarationSyntax or GlobalStatementSyntax or IncompleteMemberSyntax => [],
        BaseFieldDeclarationSyntax field => field.Declaration.Variables,
        _ => [node],
    };

    private static bool IsReachable(ISymbol? symbol)
    {
        for (; symbol is not null and not INamespaceSymbol; symbol = symbol.ContainingSymbol)
            if (symbol.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
                return false;
        return true;
    }

    private static bool IsFirst(ISymbol symbol, SyntaxNode declarator) =>
        symbol is not IMethodSymbol { PartialDefinitionPart: not null }
        && symbol.DeclaringSyntaxReferences is [var first, ..] && first.SyntaxTree == declarator.SyntaxTree && first.Span == declarator.Span;

    private static int LineOf(ISymbol symbol, SyntaxNode declarator)
    {
        var location = symbol.Locations.FirstOrDefault(place => place.SourceTree == declarator.SyntaxTree) ?? declarator.GetLocation();
        return location.GetLineSpan().StartLinePosition.Line + 1;
    }
}
