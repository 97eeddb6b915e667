namespace AgentOrchestration.Tests.Files;

public sealed class FileVersionTests
{
    [Fact]
    public void Of_IsAValueOfTheContent()
    {
        Assert.Equal(FileVersion.Of("a"u8), FileVersion.Of("a"u8));
        Assert.NotEqual(FileVersion.Of("a"u8), FileVersion.Of("b"u8));
        Assert.NotEqual(FileVersion.Absent, FileVersion.Of(""u8));
        Assert.Equal((false, true, true), (FileVersion.Absent.Exists, FileVersion.Of(""u8).Exists, FileVersion.Of("a"u8).Exists));
        Assert.Equal(3, FileVersion.Of("abc"u8).Length);
        Assert.Equal(FileVersion.Absent, default);
    }

    [Fact]
    public void TryParse_ReadsWhatToStringWrote()
    {
        foreach (var version in new[] { FileVersion.Absent, FileVersion.Of(""u8), FileVersion.Of("abc"u8) })
        {
            Assert.True(FileVersion.TryParse(version.ToString(), out var read));
            Assert.Equal(version, read);
        }

        Assert.Equal("3-ba7816bf8f01cfea414140de5dae2223", FileVersion.Of("abc"u8).ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("3-ba78")]
    [InlineData("-3-ba7816bf8f01cfea414140de5dae2223")]
    [InlineData("x-ba7816bf8f01cfea414140de5dae2223")]
    [InlineData("3-ba7816bf8f01cfea414140de5dae222g")]
    public void TryParse_OfAnythingElse_IsFalse(string? text)
    {
        Assert.False(FileVersion.TryParse(text, out var version));
        Assert.Equal(FileVersion.Absent, version);
    }

    [Fact]
    public void Expected_Default_AllowsNothingThatExists()
    {
        var version = FileVersion.Of("a"u8);

        Assert.Equal((true, false), (default(ExpectedFileVersion).Allows(FileVersion.Absent), default(ExpectedFileVersion).Allows(version)));
        Assert.Equal((true, true), (ExpectedFileVersion.Any.Allows(FileVersion.Absent), ExpectedFileVersion.Any.Allows(version)));
        Assert.Equal((false, true), (((ExpectedFileVersion)version).Allows(FileVersion.Absent), ((ExpectedFileVersion)version).Allows(version)));
        Assert.Equal(("any", "absent", version.ToString()), (ExpectedFileVersion.Any.ToString(), ExpectedFileVersion.Absent.ToString(), ExpectedFileVersion.Of(version).ToString()));
    }
}
