using AgentOrchestration.Knowledge;

namespace AgentOrchestration.Tests.Knowledge;

public sealed class TokenizerTests
{
    [Theory]
    [InlineData("plain words", "plain words")]
    [InlineData("HttpClient", "client http httpclient")]
    [InlineData("HTTPServer", "http httpserver server")]
    [InlineData("maxHTTPRetries_2", "http max maxhttpretries_2 retries")]
    [InlineData("snake_case", "case snake snake_case")]
    [InlineData("_gate __init__ _", "gate init")]
    [InlineData("sha256sum", "256 sha sha256sum sum")]
    [InlineData("iPhone x2", "iphone phone x2")]
    [InlineData("kebab-case a.b::c", "a b c case kebab")]
    [InlineData("don't", "don t")]
    [InlineData("GRÖSSE Straße", "grösse straße")]
    [InlineData("नमस्ते", "नमस्ते")]
    [InlineData("日本語 𠮷野家", "日本語 𠮷野家")]
    [InlineData("𐐀𐐩", "𐐨𐐩")]
    [InlineData("  -- 🙂 \ud800 ", "")]
    [InlineData("", "")]
    public void AddTerms_CutsWordsAndIdentifiers(string text, string expected)
    {
        var bag = new TermBag();

        Tokenizer.AddTerms(text, bag);

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), bag.ToSortedArray());
    }

    [Fact]
    public void AddTerms_CountsOccurrences()
    {
        var bag = new TermBag();

        Tokenizer.AddTerms("lock Lock lockTable", bag);

        Assert.Equal(3, bag.Counts.Single(term => term.Key == "lock").Value);
        Assert.Equal(5, bag.Length);
    }

    [Fact]
    public void AddTerms_CutsLongTermsWithoutSplittingACharacter()
    {
        var bag = new TermBag();

        Tokenizer.AddTerms(new string('x', 1000), bag);
        Tokenizer.AddTerms(new string('y', TermBag.MaxTermChars - 1) + "𠮷𠮷", bag);

        Assert.Equal([new string('x', TermBag.MaxTermChars), new string('y', TermBag.MaxTermChars - 1)], bag.ToSortedArray());
    }

    [Fact]
    public void AddTerms_BeyondTheLimit_KeepsTheFirstTerms()
    {
        var bag = new TermBag(maxTerms: 2);

        Tokenizer.AddTerms("c b a b", bag);

        Assert.Equal(["b", "c"], bag.ToSortedArray());
        Assert.Equal(3, bag.Length);
    }
}
