using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Tells test code from the code it tests.</summary>
internal static partial class TestFiles
{
    private static readonly FrozenSet<string> Attributes = FrozenSet.Create(
        StringComparer.Ordinal, "Fact", "Theory", "Test", "TestCase", "TestFixture", "TestClass", "TestMethod");

    private static readonly string[] Frameworks = ["Xunit", "NUnit.Framework", "Microsoft.VisualStudio.TestTools.UnitTesting", "TUnit.Core"];

    /// <summary>Whether a folder above the file is named for tests, or the file uses a test framework.</summary>
    public static bool IsTest(string relativePath, SyntaxNode root) => IsBelowTestFolder(relativePath) || UsesTestFramework(root);

    private static bool IsBelowTestFolder(string relativePath) =>
        Path.GetDirectoryName(relativePath) is { } folders && TestWord().IsMatch(folders);

    private static bool UsesTestFramework(SyntaxNode root) => root.DescendantNodes(node => node is not BlockSyntax).Any(node => node switch
    {
        UsingDirectiveSyntax { Name: { } name } => Array.Exists(Frameworks, name.ToString().StartsWith),
        AttributeSyntax attribute => Attributes.Contains(attribute.Name.ToString()),
        _ => false,
    });

    // "tests", "Shop.Tests", "Shop.UnitTests", "integration-test"; not "Shop.Testing", which ships, nor "latest" or "contest".
    [GeneratedRegex(@"(?:^|[/\\._\-\s]|[a-z](?=T)|unit|integration|functional)[Tt]ests?(?=$|[/\\._\-\s]|[A-Z])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestWord();
}
