using System.Text.Json;

namespace AgentOrchestration.Tests.Knowledge;

public sealed class KnowledgeDraftTests
{
    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Importance_OutsideZeroToOne_Throws(double importance) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new KnowledgeDraft("k", "") { Importance = importance });

    [Fact]
    public void InvalidParts_Throw()
    {
        Assert.Throws<ArgumentException>(() => new KnowledgeDraft(" ", ""));
        Assert.Throws<ArgumentNullException>(() => new KnowledgeDraft("k", null!));
        Assert.Throws<ArgumentException>(() => new KnowledgeDraft("k", "") { Tags = ["x", " "] });
        Assert.Throws<ArgumentException>(() => new KnowledgeDraft("k", "") { Data = default(JsonElement) });
        Assert.Throws<ArgumentException>(() => new KnowledgeDraft("k", "") with { Key = "" });
    }

    [Fact]
    public void Tags_AreCopiedAndEachIsKeptOnce()
    {
        var tags = new[] { "b", "a", "b" };
        var draft = new KnowledgeDraft("k", "") { Tags = tags };

        tags[0] = "changed";

        Assert.Equal(["b", "a"], draft.Tags);
    }

    [Fact]
    public void Data_OutlivesItsDocument()
    {
        KnowledgeDraft draft;
        using (var document = JsonDocument.Parse("""{"inner": [1, 2]}"""))
            draft = new KnowledgeDraft("k", "") { Data = document.RootElement.GetProperty("inner") };

        Assert.Equal("[1, 2]", draft.Data!.Value.GetRawText());
    }

    [Fact]
    public void Data_NestedTooDeep_Throws()
    {
        var deep = new string('[', 100) + new string(']', 100);
        using var document = JsonDocument.Parse(deep, new JsonDocumentOptions { MaxDepth = 200 });

        Assert.Throws<ArgumentException>(() => new KnowledgeDraft("k", "") { Data = document.RootElement });
    }

    [Fact]
    public void ToDraft_GivesTheContentBack()
    {
        var draft = new KnowledgeDraft("k", "text") { Tags = ["x"], Importance = 0.25, Data = JsonElement.Parse("1") };

        var back = new KnowledgeEntry(draft, KnowledgeAuthor.Host, 1, default, default).ToDraft();

        Assert.Equal(("k", "text", 0.25, "1"), (back.Key, back.Text, back.Importance, back.Data!.Value.GetRawText()));
        Assert.Equal(["x"], back.Tags);
    }

    [Fact]
    public void ToString_OfAnything_PrintsNoContent()
    {
        var draft = new KnowledgeDraft("k", "canary") { Tags = ["canary"], Data = JsonElement.Parse("\"canary\"") };
        var entry = new KnowledgeEntry(draft, KnowledgeAuthor.Host, 1, default, default);
        object[] printed = [draft, entry, new KnowledgeChange(true, entry), new KnowledgeMatch(entry, 1, ["canary"]), new KnowledgeFilter { Tags = ["canary"] }];

        Assert.All(printed, value => Assert.DoesNotContain("canary", value.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void ExpectedVersion_AllowsExactlyWhatItSays()
    {
        var third = new KnowledgeEntry(new KnowledgeDraft("k", ""), KnowledgeAuthor.Host, 3, default, default);

        Assert.Equal((true, false), (default(ExpectedVersion).Allows(null), default(ExpectedVersion).Allows(third)));
        Assert.Equal((true, true), (ExpectedVersion.Any.Allows(null), ExpectedVersion.Any.Allows(third)));
        Assert.Equal((false, true), (ExpectedVersion.Of(3).Allows(null), ExpectedVersion.Of(3).Allows(third)));
        Assert.False(ExpectedVersion.Of(2).Allows(third));
        Assert.Equal(ExpectedVersion.Absent, ExpectedVersion.Of(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExpectedVersion.Of(-1));
    }
}
