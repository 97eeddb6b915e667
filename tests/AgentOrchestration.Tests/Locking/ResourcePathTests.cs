namespace AgentOrchestration.Tests.Locking;

/// <summary>On a real file system: one file is one key, different files are different keys.</summary>
public sealed class ResourcePathTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("locks").FullName;

    [Fact]
    public void INV10_File_EverySpellingIsOneKey()
    {
        var expected = ResourceKey.File(At("src/File.cs"));
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, At("src/File.cs"));

        Assert.Equal(expected, ResourceKey.File(At("src/./File.cs")));
        Assert.Equal(expected, ResourceKey.File(At("src/../src/File.cs")));
        Assert.Equal(expected, ResourceKey.File(At("src//File.cs")));
        Assert.Equal(expected, ResourceKey.File(At("src/missing/../File.cs")));
        Assert.Equal(expected, ResourceKey.File(relative));
        Assert.NotEqual(expected, ResourceKey.File(At("src/File2.cs")));
        Assert.Equal(ResourceKey.Directory(At("src")), ResourceKey.Directory(At("src/")));
    }

    [Fact]
    public void INV10_File_CaseFollowsThePlatform()
    {
        var ignoresCase = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS();

        Assert.Equal(ignoresCase, ResourceKey.File(At("FILE.cs")) == ResourceKey.File(At("file.cs")));
    }

    [Fact]
    public void INV10_File_LinksAreFollowed()
    {
        Directory.CreateDirectory(At("real/deep"));
        File.WriteAllText(At("real/deep/f"), "x");
        Directory.CreateSymbolicLink(At("link"), "real");
        Directory.CreateSymbolicLink(At("real/up"), "../real/deep/..");
        File.CreateSymbolicLink(At("direct"), At("real/deep/f"));
        File.CreateSymbolicLink(At("chain"), "direct");
        File.CreateSymbolicLink(At("dangling"), "real/new");
        var expected = ResourceKey.File(At("real/deep/f"));

        Assert.Equal(expected, ResourceKey.File(At("link/deep/f")));
        Assert.Equal(expected, ResourceKey.File(At("link/up/deep/f")));
        Assert.Equal(expected, ResourceKey.File(At("direct")));
        Assert.Equal(expected, ResourceKey.File(At("chain")));
        Assert.Equal(ResourceKey.File(At("real/new")), ResourceKey.File(At("dangling")));
        Assert.Equal(ResourceKey.File(At("real/none/yet")), ResourceKey.File(At("link/none/yet")));
        Assert.True(ResourceKey.Directory(At("link")).Covers(expected));
    }

    [Fact]
    public void INV10_File_DotsMeanWhatTheFileApisTakeThemFor()
    {
        Directory.CreateDirectory(At("x/y"));
        File.WriteAllText(At("f"), "here");
        File.WriteAllText(At("x/f"), "there");
        Directory.CreateSymbolicLink(At("to-y"), At("x/y"));

        var opened = File.ReadAllText(At("to-y/../f"));

        Assert.Equal("here", opened);
        Assert.Equal(ResourceKey.File(At("f")), ResourceKey.File(At("to-y/../f")));
    }

    [Fact]
    public void File_ACircleOfLinks_Throws()
    {
        File.CreateSymbolicLink(At("a"), At("b"));
        File.CreateSymbolicLink(At("b"), At("a"));

        Assert.Throws<IOException>(() => ResourceKey.File(At("a")));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string At(string path) => Path.Combine(_root, path);
}
