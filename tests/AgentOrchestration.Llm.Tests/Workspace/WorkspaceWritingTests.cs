namespace AgentOrchestration.Llm.Tests.Workspace;

public sealed class WorkspaceWritingTests : IAsyncLifetime
{
    private readonly WorkspaceWorld _world = new(new() { MaxFileBytes = 100_000 });
    private WorkspaceWorld.Worker _agent = null!;

    public async ValueTask InitializeAsync() => _agent = await _world.StartAsync("writer");

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task WriteFile_Creates_WithFolders_AndMayWriteAgain()
    {
        Assert.Equal("Created src/new/a.cs: 3 bytes.", await _agent.CallAsync("write_file", ("path", "src/new/a.cs"), ("content", "one")));
        Assert.Equal("Wrote src/new/a.cs: 4 bytes.", await _agent.CallAsync("write_file", ("path", "src\\new/./a.cs"), ("content", "two!")));

        Assert.Equal("two!", await File.ReadAllTextAsync(_world.At("src/new/a.cs")));
    }

    [Fact]
    public async Task WriteFile_OverWhatWasNotRead_IsRefused()
    {
        var refused = await _agent.CallAsync("write_file", ("path", "readme.md"), ("content", "x"));
        await _agent.CallAsync("read_file", ("path", "readme.md"));
        var written = await _agent.CallAsync("write_file", ("path", "readme.md"), ("content", "x"));

        Assert.Equal("Error: There is such a file already, and you have not read it. Read it first.", refused);
        Assert.Equal("Wrote readme.md: 1 bytes.", written);
    }

    [Fact]
    public async Task AFileThatAnotherHasChanged_IsNotOverwritten_AndTheOtherIsNamed()
    {
        var other = await _world.StartAsync("tests");
        await _agent.CallAsync("read_file", ("path", "readme.md"));
        await other.CallAsync("read_file", ("path", "readme.md"));
        await other.CallAsync("edit_file", ("path", "readme.md"), ("old_text", "Shop"), ("new_text", "Store"));

        string[] refused =
        [
            await _agent.CallAsync("write_file", ("path", "readme.md"), ("content", "mine")),
            await _agent.CallAsync("edit_file", ("path", "readme.md"), ("old_text", "#"), ("new_text", "##")),
        ];
        var kept = await File.ReadAllTextAsync(_world.At("readme.md"));
        await _agent.CallAsync("read_file", ("path", "readme.md"));
        var edited = await _agent.CallAsync("edit_file", ("path", "readme.md"), ("old_text", "#"), ("new_text", "##"));

        Assert.All(refused, result => Assert.Equal("Error: It was not changed: 'tests' has changed it since you have read it. Read it again, and base the change on what is there.", result));
        Assert.Equal(("# Store\n", "Changed readme.md at line 1.", "## Store\n"), (kept, edited, await File.ReadAllTextAsync(_world.At("readme.md"))));
    }

    [Fact]
    public async Task AFileThatSomethingOutsideHasChanged_IsNotOverwritten()
    {
        await _agent.CallAsync("read_file", ("path", "readme.md"));
        await File.WriteAllTextAsync(_world.At("readme.md"), "outside");
        var changed = await _agent.CallAsync("write_file", ("path", "readme.md"), ("content", "mine"));
        File.Delete(_world.At("readme.md"));
        var deleted = await _agent.CallAsync("write_file", ("path", "readme.md"), ("content", "mine"));
        var created = await _agent.CallAsync("write_file", ("path", "readme.md"), ("content", "mine"));

        Assert.Contains("something outside has changed it", changed, StringComparison.Ordinal);
        Assert.Contains("it was deleted", deleted, StringComparison.Ordinal);
        Assert.Equal("Created readme.md: 4 bytes.", created);
    }

    [Fact]
    public async Task TwoAgents_ThatEditOneFile_LoseNothing()
    {
        const int edits = 20;
        _world.Write("list", "start\n");
        var other = await _world.StartAsync("other");

        await Task.WhenAll(AppendAsync(_agent, "a"), AppendAsync(other, "b"));

        var lines = await File.ReadAllLinesAsync(_world.At("list"));
        Assert.Equal((2 * edits) + 1, lines.Length);
        Assert.Equal((2 * edits) + 1, lines.Distinct().Count());

        static async Task AppendAsync(WorkspaceWorld.Worker agent, string name)
        {
            for (var i = 0; i < edits;)
            {
                await agent.CallAsync("read_file", ("path", "list"));
                var result = await agent.CallAsync("edit_file", ("path", "list"), ("old_text", "start\n"), ("new_text", $"start\n{name}{i}\n"));
                if (result.StartsWith("Changed", StringComparison.Ordinal))
                    i++;
                else
                    Assert.Contains("has changed it since", result, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task EditsOfOneTurn_AtTheSameTime_AllTakeEffect()
    {
        _world.Write("list", string.Concat(Enumerable.Range(0, 8).Select(i => $"line {i};\n")));
        await _agent.CallAsync("read_file", ("path", "list"));

        var results = await _agent.CallAllAsync(Enumerable.Range(0, 8).Select(i =>
            ("edit_file", new (string, object?)[] { ("path", "list"), ("old_text", $"line {i};"), ("new_text", $"done {i};") })));

        Assert.All(results, result => Assert.StartsWith("Changed list at line ", result, StringComparison.Ordinal));
        Assert.Equal(string.Concat(Enumerable.Range(0, 8).Select(i => $"done {i};\n")), await File.ReadAllTextAsync(_world.At("list")));
    }

    [Fact]
    public async Task EditFile_OfWhatWasNotRead_IsRefused()
    {
        Assert.Equal("Error: You have not read it, or too long ago. Read it first.", await _agent.CallAsync("edit_file", ("path", "readme.md"), ("old_text", "#"), ("new_text", "##")));
    }

    [Theory]
    [InlineData("a\r\nb\r\na", "a\nb", "x\ny", false, "x\r\ny\r\na", "Changed f at line 1.")]
    [InlineData("a\nb\na\na", "a", "c", true, "c\nb\nc\nc", "Changed f at line 1 and 2 more places.")]
    [InlineData("aaaa", "aa", "b", true, "bb", "Changed f at line 1 and 1 more places.")]
    [InlineData("1\n2\nbody", "body", "", false, "1\n2\n", "Changed f at line 3.")]
    [InlineData("aaa", "aa", "b", false, "aaa", "Error: It was not changed: old_text is in it 2 times. Give more of what surrounds it, or set replace_all.")]
    [InlineData("abc", "B", "x", false, "abc", "Error: It was not changed: old_text is not in it. It must match exactly, white space included, and without the line numbers. Read the file again.")]
    [InlineData("abc", "b", "b", false, "abc", "Error: old_text and new_text are the same.")]
    [InlineData("abc", "", "x", false, "abc", "Error: old_text must not be empty, nor longer than needed to be found once. To replace all of a file, use write_file.")]
    public async Task EditFile_ReplacesExactly(string before, string oldText, string newText, bool all, string after, string result)
    {
        _world.Write("f", before);
        await _agent.CallAsync("read_file", ("path", "f"));

        var given = await _agent.CallAsync("edit_file", ("path", "f"), ("old_text", oldText), ("new_text", newText), ("replace_all", all));

        Assert.Equal((result, after), (given, await File.ReadAllTextAsync(_world.At("f"))));
    }

    [Fact]
    public async Task WhatWouldBecomeTooLarge_IsRefused_BeforeItIsMade()
    {
        _world.Write("f", new string('a', 50_000));
        await _agent.CallAsync("read_file", ("path", "f"));

        Assert.StartsWith("Error: It was not changed: it would become larger", await _agent.CallAsync(
            "edit_file", ("path", "f"), ("old_text", "a"), ("new_text", new string('b', 90_000)), ("replace_all", true)), StringComparison.Ordinal);
        Assert.StartsWith("Error: The content is larger", await _agent.CallAsync("write_file", ("path", "g"), ("content", new string('ä', 50_001))), StringComparison.Ordinal);
        Assert.Equal(50_000, new FileInfo(_world.At("f")).Length);
        Assert.False(File.Exists(_world.At("g")));
    }

    [Fact]
    public async Task WhatWasNotShown_IsNotOverwritten()
    {
        byte[] bytes = [0xff, 0xfe, 0x00];
        await File.WriteAllBytesAsync(_world.At("binary"), bytes);
        await _agent.CallAsync("read_file", ("path", "binary"));

        Assert.StartsWith("Error: ", await _agent.CallAsync("write_file", ("path", "binary"), ("content", "x")), StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_world.At("binary")));
    }

    [Fact]
    public async Task HalfASurrogatePair_IsRefused()
    {
        await _agent.CallAsync("read_file", ("path", "readme.md"));

        Assert.Equal("Error: 'content' is not valid text.", await _agent.CallAsync("write_file", ("path", "f"), ("content", "\ud800")));
        Assert.Equal("Error: new_text is not valid text.", await _agent.CallAsync("edit_file", ("path", "readme.md"), ("old_text", "Shop"), ("new_text", "\udc00")));
        Assert.Equal("# Shop\n", await File.ReadAllTextAsync(_world.At("readme.md")));
    }

    [Fact]
    public async Task ReadOnly_HasNoToolsThatWrite()
    {
        await using var world = new WorkspaceWorld(new() { ReadOnly = true });

        Assert.Equal(["list_files", "find_files", "search_files", "read_file"], world.ToolNames);
        Assert.Equal(["list_files", "find_files", "search_files", "read_file", "write_file", "edit_file"], _world.ToolNames);
    }
}
