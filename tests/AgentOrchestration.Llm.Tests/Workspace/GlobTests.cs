using AgentOrchestration.Llm.Workspace;

namespace AgentOrchestration.Llm.Tests.Workspace;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*.cs", "a.cs", true)]
    [InlineData("*.cs", "src/deep/a.cs", true)]
    [InlineData("*.cs", "a.css", false)]
    [InlineData("/*.cs", "src/a.cs", false)]
    [InlineData("src/*.cs", "src/a.cs", true)]
    [InlineData("src/*.cs", "src/deep/a.cs", false)]
    [InlineData("src/*.cs", "other/src/a.cs", false)]
    [InlineData("src/**/*.cs", "src/a.cs", true)]
    [InlineData("src/**/*.cs", "src/deep/er/a.cs", true)]
    [InlineData("**/tests/**", "a/tests/b/c", true)]
    [InlineData("**/tests/**", "tests/c", true)]
    [InlineData("src/**", "src", false)]
    [InlineData("src\\*.cs", "src/a.cs", true)]
    [InlineData("?.md", "a.md", true)]
    [InlineData("?.md", "ab.md", false)]
    [InlineData("src/?", "src//", false)]
    [InlineData("*.{cs,md}", "a.md", true)]
    [InlineData("*.{cs,md}", "a.mdx", false)]
    [InlineData("a.b", "aXb", false)]
    [InlineData("[a]+(b)|c^$", "[a]+(b)|c^$", true)]
    [InlineData("**", "any/thing", true)]
    [InlineData("a", "a\n", false)]
    public void Matches_AsTheyAreRead(string pattern, string path, bool expected) => Assert.Equal(expected, Glob.TryParse(pattern)!.Matches(path));

    [Theory]
    [InlineData("")]
    [InlineData("{a")]
    [InlineData("a}")]
    [InlineData("{a,{b,c}}")]
    public void TryParse_OfNoPattern_GivesNull(string pattern) => Assert.Null(Glob.TryParse(pattern));

    [Fact]
    public void Matches_IsLinear_WhateverThePattern()
    {
        var glob = Glob.TryParse(string.Concat(Enumerable.Repeat("*a", 60)) + "b")!;

        Assert.False(glob.Matches(new string('a', 4_000)));
        Assert.Null(Glob.TryParse(new string('*', 501)));
    }
}
