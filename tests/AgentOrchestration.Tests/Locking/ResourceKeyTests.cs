using System.Text.Json;

namespace AgentOrchestration.Tests.Locking;

public sealed class ResourceKeyTests
{
    [Fact]
    public void Equals_ComparesKindAndName()
    {
        Assert.Equal(new ResourceKey("db", "orders"), new ResourceKey("db", "orders"));
        Assert.NotEqual(new ResourceKey("db", "orders"), new ResourceKey("table", "orders"));
        Assert.NotEqual(new ResourceKey("db", "orders"), new ResourceKey("db", "Orders"));
        Assert.Equal(new ResourceKey("named", "x"), ResourceKey.Named("x"));
        Assert.Equal("db:orders", new ResourceKey("db", "orders").ToString());
    }

    [Theory]
    [InlineData("file")]
    [InlineData("directory")]
    [InlineData("ui")]
    [InlineData("surface")]
    public void Constructor_KindWithAMethodOfItsOwn_IsRefused(string kind) => Assert.Throws<ArgumentException>(nameof(kind), () => new ResourceKey(kind, "x"));

    [Fact]
    public void Constructor_KindWithAColon_IsRefused() => Assert.Throws<ArgumentException>("kind", () => new ResourceKey("a:b", "c"));

    [Fact]
    public void Json_IsKindAndName_AndReadsBackAsTheSameKey()
    {
        ResourceKey[] keys =
        [
            ResourceKey.Named("a: b"), new("db", "orders"), ResourceKey.File("/a/b/../c"), ResourceKey.Directory("/a"), ResourceKey.UiElement("#ok", "main"), ResourceKey.UiSurface("main"),
        ];

        var json = JsonSerializer.Serialize(keys);
        var back = JsonSerializer.Deserialize<ResourceKey[]>(json)!;

        Assert.Equal("""["named:a: b","db:orders","file:/a/c","directory:/a","ui:main :: #ok","surface:main"]""", json);
        Assert.Equal(keys, back);
        Assert.True(back[3].Covers(back[2]) && back[5].Covers(back[4]));
    }

    [Theory]
    [InlineData("\"named\"")]
    [InlineData("\":x\"")]
    [InlineData("\"named: \"")]
    [InlineData("7")]
    public void Json_ThatIsNoKey_IsRefused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ResourceKey>(json));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Factories_BlankNames_AreRefused(string? name)
    {
        Assert.ThrowsAny<ArgumentException>(() => ResourceKey.Named(name!));
        Assert.ThrowsAny<ArgumentException>(() => ResourceKey.File(name!));
        Assert.ThrowsAny<ArgumentException>(() => ResourceKey.Directory(name!));
        Assert.ThrowsAny<ArgumentException>(() => ResourceKey.UiElement(name!));
        Assert.ThrowsAny<ArgumentException>(() => ResourceKey.UiSurface(name!));
    }

    [Fact]
    public void INV10_Covers_ADirectoryCoversExactlyWhatIsBelowIt()
    {
        var directory = ResourceKey.Directory("/a/b");

        Assert.True(directory.Covers(ResourceKey.File("/a/b/c")));
        Assert.True(directory.Covers(ResourceKey.File("/a/b/c/d")));
        Assert.True(directory.Covers(ResourceKey.Directory("/a/b/c")));
        Assert.True(directory.Covers(ResourceKey.File("/a/b")));
        Assert.False(directory.Covers(ResourceKey.File("/a/bc")));
        Assert.False(directory.Covers(ResourceKey.File("/a")));
        Assert.False(directory.Covers(ResourceKey.Named("/a/b/c")));
        Assert.False(ResourceKey.File("/a/b").Covers(ResourceKey.File("/a/b/c")));
        Assert.True(ResourceKey.Directory("/").Covers(ResourceKey.File("/a")));
    }

    [Fact]
    public void Covers_ASurfaceCoversItsElements()
    {
        var surface = ResourceKey.UiSurface("login");

        Assert.True(surface.Covers(ResourceKey.UiElement("#save", "login")));
        Assert.True(surface.Covers(ResourceKey.UiSurface("login")));
        Assert.False(surface.Covers(ResourceKey.UiElement("#save", "login2")));
        Assert.False(surface.Covers(ResourceKey.UiElement("#save")));
        Assert.False(surface.Covers(ResourceKey.Named("login :: #save")));
        Assert.Throws<ArgumentException>("surface", () => ResourceKey.UiElement("#save", "login :: x"));
    }
}
