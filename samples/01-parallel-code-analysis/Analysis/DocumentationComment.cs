using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>The XML comment of a declaration: absent, malformed, or read.</summary>
/// <param name="Xml">Its elements, below a made-up root; null if absent or malformed.</param>
/// <param name="Error">Why it cannot be read; null if absent or read.</param>
internal sealed record DocumentationComment(XElement? Xml, string? Error)
{
    private static readonly DocumentationComment None = new(Xml: null, Error: null);

    /// <summary>Whether there is no comment.</summary>
    public bool IsAbsent => Xml is null && Error is null;

    /// <summary>Whether the text stands elsewhere.</summary>
    public bool IsInherited => Xml?.Descendants().Any(element => element.Name.LocalName is "inheritdoc" or "include") == true;

    /// <summary>The comment on a declaration; of the parts of a partial type, the first that has one.</summary>
    public static DocumentationComment Of(PublicMember member, CancellationToken cancellationToken) =>
        member.Symbol.DeclaringSyntaxReferences
            .Select(reference => reference.GetSyntax(cancellationToken))
            .Select(node => node is VariableDeclaratorSyntax ? member.Node : node)
            .Select(Of)
            .FirstOrDefault(comment => !comment.IsAbsent) ?? None;

    private static DocumentationComment Of(SyntaxNode node)
    {
        var text = string.Concat(node.GetLeadingTrivia()
            .Where(trivia => trivia.GetStructure() is DocumentationCommentTriviaSyntax)
            .Select(trivia => WithoutSlashes(trivia.ToFullString())));
        if (string.IsNullOrWhiteSpace(text)) return None;

        try
        {
            return new DocumentationComment(XElement.Parse($"<doc>{text}</doc>", LoadOptions.PreserveWhitespace), Error: null);
        }
        catch (XmlException error)
        {
            return new DocumentationComment(Xml: null, error.Message);
        }
    }

    private static string WithoutSlashes(string comment) => string.Join('\n', comment.Split('\n').Select(line =>
    {
        var text = line.Trim();
        if (text.StartsWith("///", StringComparison.Ordinal)) return text[3..];
        if (text.StartsWith("/**", StringComparison.Ordinal)) text = text[3..];
        else if (text.StartsWith('*') && !text.StartsWith("*/", StringComparison.Ordinal)) text = text[1..];
        return text.EndsWith("*/", StringComparison.Ordinal) ? text[..^2] : text;
    }));
}
