using AgentOrchestration.Llm.Workspace;

namespace AgentOrchestration.Llm.Tests.Workspace;

public sealed class SeenFilesTests
{
    private static readonly AgentId One = AgentId.Parse("agent_0000000000000001_1", null);
    private static readonly AgentId Two = AgentId.Parse("agent_0000000000000001_2", null);

    [Fact]
    public void Of_IsWhatThatAgentSawLast()
    {
        var seen = new SeenFiles();
        seen.Saw(One, File("a"), Version(1));
        seen.Saw(One, File("a"), Version(2));
        seen.Saw(Two, File("a"), Version(3));
        seen.Saw(One, File("b"), Version(4));
        seen.Saw(One, File("b"), FileVersion.Absent);

        Assert.Equal((Version(2), Version(3), FileVersion.Absent), (seen.Of(One, File("a")), seen.Of(Two, File("a")), seen.Of(One, File("b"))));
    }

    [Fact]
    public void WhatWasSeenLongestAgo_IsForgotten()
    {
        var seen = new SeenFiles(capacity: 2);
        seen.Saw(One, File("a"), Version(1));
        seen.Saw(One, File("b"), Version(2));
        seen.Saw(One, File("a"), Version(3));
        seen.Saw(One, File("c"), Version(4));

        Assert.Equal((Version(3), FileVersion.Absent, Version(4)), (seen.Of(One, File("a")), seen.Of(One, File("b")), seen.Of(One, File("c"))));
    }

    private static ResourceKey File(string name) => ResourceKey.Named(name);

    private static FileVersion Version(int number) => FileVersion.TryParse($"{number}-{new string('0', 32)}", out var version) ? version : default;
}
