using System.Collections.Frozen;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>What can be wrong with a comment: a rule, how much it matters, and the message.</summary>
internal static partial class DocumentationRules
{
    private static readonly FrozenSet<string> Padding = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "a", "an", "and", "class", "for", "get", "gets", "initializes", "instance", "interface", "is", "method", "new", "of", "or",
        "property", "represents", "returns", "set", "sets", "the", "this", "to", "value", "whether");

    /// <summary>Judges the comment on a public member.</summary>
    public static IEnumerable<(string Rule, FindingSeverity Severity, string Message)> Check(PublicMember member, DocumentationComment comment)
    {
        if (comment.IsAbsent)
            return [("DOC001", FindingSeverity.Warning, $"'{member.DisplayName}' is public and has no documentation.")];
        if (comment.Error is { } error)
            return [("DOC002", FindingSeverity.Warning, $"The documentation of '{member.DisplayName}' is not well-formed: {error}")];
        return comment.IsInherited ? [] : CheckSummary(member, comment.Xml!).Concat(CheckParameters(member, comment.Xml!));
    }

    private static IEnumerable<(string Rule, FindingSeverity Severity, string Message)> CheckSummary(PublicMember member, XElement xml)
    {
        var summary = xml.Element("summary");
        if (summary is null || (summary.IsEmpty || string.IsNullOrWhiteSpace(summary.Value)) && !summary.HasElements)
            yield return ("DOC003", FindingSeverity.Warning, $"The summary of '{member.DisplayName}' is {(summary is null ? "missing" : "empty")}.");
        else if (!IsConstructor(member.Symbol) && RestatesName(summary, member.Symbol))
            yield return ("DOC006", FindingSeverity.Info, $"The summary of '{member.DisplayName}' only restates the name.");
    }

    private static IEnumerable<(string Rule, FindingSeverity Severity, string Message)> CheckParameters(PublicMember member, XElement xml)
    {
        var names = ParameterNames(member.Node);
        var documented = xml.Elements().Where(element => element.Name.LocalName is "param" or "typeparam")
            .Select(element => (string?)element.Attribute("name") ?? string.Empty).ToHashSet(StringComparer.Ordinal);
        foreach (var name in documented.Except(names, StringComparer.Ordinal))
            yield return ("DOC004", FindingSeverity.Warning, $"'{member.DisplayName}' has no parameter '{name}', and documents one.");

        // None documented may be a choice; some documented and some not is an oversight.
        if (!documented.Overlaps(names)) yield break;
        foreach (var name in names.Except(documented, StringComparer.Ordinal))
            yield return ("DOC005", FindingSeverity.Info, $"'{member.DisplayName}' documents some parameters, and not '{name}'.");
    }

    private static List<string> ParameterNames(SyntaxNode node) =>
    [
        .. node.ChildNodes().OfType<BaseParameterListSyntax>().SelectMany(list => list.Parameters).Select(parameter => parameter.Identifier.ValueText),
        .. node.ChildNodes().OfType<TypeParameterListSyntax>().SelectMany(list => list.Parameters).Select(parameter => parameter.Identifier.ValueText),
    ];

    // "Initializes a new instance" is what everybody writes there, and often all there is to say.
    private static bool IsConstructor(ISymbol symbol) => symbol is IMethodSymbol { MethodKind: MethodKind.Constructor };

    private static bool RestatesName(XElement summary, ISymbol symbol)
    {
        var known = Words(symbol.Name).Concat(Words(symbol.ContainingType?.Name ?? string.Empty)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var crefs = summary.Descendants().Select(element => (string?)element.Attribute("cref") ?? string.Empty);
        return Words(string.Join(' ', crefs.Prepend(summary.Value))).All(word => Padding.Contains(word) || known.Contains(word));
    }

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(match => match.Value);

    // Runs of letters, split where the case says so: "HTTPServerName" is HTTP, Server, Name.
    [GeneratedRegex(@"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
