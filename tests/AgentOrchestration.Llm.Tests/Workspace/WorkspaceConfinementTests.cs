using System.Text.Json;
using CsCheck;

namespace AgentOrchestration.Llm.Tests.Workspace;

/// <summary>What a model gives as a path or as any other argument reaches nothing outside the root, and what is excluded in it.</summary>
public sealed class WorkspaceConfinementTests : IAsyncLifetime
{
    private static readonly string[] Calls = ["list_files", "find_files", "search_files", "read_file", "write_file", "edit_file"];

    private static readonly Gen<string> Paths = Gen.Select(
        Any(
            "..", ".", "", "src", "a.txt", "readme.md", "out", "file-out", "way", "loop", "outside", "secret.txt", ".git", ".GIT", "config", "~", "C:", "NUL", "con.txt", "proc", "self", "fd", "0", "etc", "passwd",
            " ", "...", "\0", "\u202e", "\ud800", "a\nb", "*", "%2e%2e", "..%2f", "．．", new string('x', 300)).Array[1, 6],
        Any("/", "\\", "//", "/./"),
        Any("", "/", "\\", "./", "\\\\?\\", "file://", "//server/share/"),
        (names, separator, start) => start + string.Join(separator, names));

    private readonly WorkspaceWorld _world = new(new() { TimeLimit = TimeSpan.FromMinutes(1) });
    private WorkspaceWorld.Worker _agent = null!;

    public async ValueTask InitializeAsync()
    {
        _agent = await _world.StartAsync("escapist");
        _world.Write("src/a.txt", "inside");
        _world.Write(".git/config", WorkspaceWorld.Secret);
        _world.Write(" /blank", "");
        Directory.CreateSymbolicLink(_world.At("out"), _world.Folder.At("outside"));
        File.CreateSymbolicLink(_world.At("file-out"), _world.Folder.At("outside/secret.txt"));
        File.CreateSymbolicLink(_world.At("src/new-out"), _world.Folder.At("outside/new.txt"));
        Directory.CreateSymbolicLink(_world.At("way"), ".git");
        Directory.CreateSymbolicLink(_world.At("loop"), "loop");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("../outside/secret.txt", "'../outside/secret.txt' has '..' in it.")]
    [InlineData("src/../../outside/secret.txt", "has '..' in it.")]
    [InlineData("src\\..\\..\\outside\\secret.txt", "has '..' in it.")]
    [InlineData("/etc/passwd", "'/etc/passwd' is an absolute path.")]
    [InlineData("\\etc\\passwd", "is an absolute path.")]
    [InlineData("C:\\Windows", "is an absolute path.")]
    [InlineData("C:secret", "is an absolute path.")]
    [InlineData("a\0b", "has characters that cannot be seen.")]
    [InlineData("a\u202eb", "has characters that cannot be seen.")]
    [InlineData("\ud800", "has characters that cannot be seen.")]
    [InlineData(" ", "' ' has a blank name in it.")]
    [InlineData("src/ /a", "has a blank name in it.")]
    [InlineData("out/secret.txt", "It leads out of the workspace.")]
    [InlineData("out/none", "It leads out of the workspace.")]
    [InlineData("file-out", "It leads out of the workspace.")]
    [InlineData("src/new-out", "It leads out of the workspace.")]
    [InlineData(".git/config", "It is not among the files that you may use.")]
    [InlineData(".Git/config", "It is not among the files that you may use.")]
    [InlineData("way/config", "It is not among the files that you may use.")]
    [InlineData("src/.git", "It is not among the files that you may use.")]
    [InlineData("src", "It is a folder, a device or a pipe, and no file.")]
    [InlineData("loop", "The file system failed.")]
    public async Task INV37_WhatLeadsElsewhere_IsRefused_InWordsThatAModelCanUse(string path, string reason)
    {
        var beside = _world.Beside();

        string[] results =
        [
            await _agent.CallAsync("read_file", ("path", path)),
            await _agent.CallAsync("write_file", ("path", path), ("content", "x")),
        ];

        Assert.All(results, result => Assert.StartsWith("Error: ", result, StringComparison.Ordinal));
        Assert.All(results, result => Assert.Contains(reason, result, StringComparison.Ordinal));
        AssertContained(results);
        Assert.Equal(beside, _world.Beside());
    }

    [Fact]
    public async Task INV37_Pipes_AreNotOpened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Makes the pipe with mkfifo.");
        using var process = System.Diagnostics.Process.Start("mkfifo", [_world.At("pipe")]);
        await process.WaitForExitAsync();

        Assert.Equal("Error: It is a folder, a device or a pipe, and no file.", await _agent.CallAsync("read_file", ("path", "pipe")));
        Assert.DoesNotContain("pipe", await _agent.CallAsync("search_files", ("pattern", ".")), StringComparison.Ordinal);
        Assert.Contains("pipe (no file)\n", await _agent.CallAsync("list_files"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task INV37_AnyPath_InAnyTool_StaysWithin()
    {
        var beside = _world.Beside();

        await Gen.Select(Paths, Any(Calls)).SampleAsync(
            async (path, tool) =>
            {
                (string, object?)[] arguments = tool switch
                {
                    "list_files" => [("path", path)],
                    "find_files" => [("pattern", "**"), ("path", path)],
                    "search_files" => [("pattern", "."), ("path", path)],
                    "read_file" => [("path", path)],
                    "write_file" => [("path", path), ("content", "written")],
                    _ => [("path", path), ("old_text", "i"), ("new_text", "j")],
                };

                AssertContained(await _agent.CallAsync(tool, arguments));
            },
            iter: 3000,
            threads: 1);

        Assert.Equal(beside, _world.Beside());
        Assert.Equal(WorkspaceWorld.Secret, await File.ReadAllTextAsync(_world.At(".git/config")));
    }

    [Fact]
    public async Task INV37_WhileLinksAreSwapped_ToolsStayWithin()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a link at the very moment is followed.");
        var beside = _world.Beside();
        using var done = new CancellationTokenSource();
        var swapper = Task.Factory.StartNew(
            () =>
            {
                while (!done.IsCancellationRequested)
                    Swap();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            for (var round = 0; round < 60; round++)
            {
                AssertContained(
                    await _agent.CallAsync("read_file", ("path", "src/secret.txt")),
                    await _agent.CallAsync("read_file", ("path", "src/a.txt")),
                    await _agent.CallAsync("write_file", ("path", "src/a.txt"), ("content", $"{round}")),
                    await _agent.CallAsync("write_file", ("path", $"src/{round}/b.txt"), ("content", $"{round}")),
                    await _agent.CallAsync("list_files", ("path", "src")),
                    await _agent.CallAsync("search_files", ("pattern", WorkspaceWorld.Secret)));
            }
        }
        finally
        {
            await done.CancelAsync();
            await swapper.WaitAsync(WorkspaceWorld.Hang);
        }

        Assert.Equal(beside, _world.Beside());

        // The tools may make the folder while it is away.
        void Swap()
        {
            Directory.Move(_world.At("src"), _world.At("aside"));
            for (var isBack = false; !isBack;)
            {
                try
                {
                    if (Directory.Exists(_world.At("src")))
                        Directory.Delete(_world.At("src"), recursive: true);
                    Directory.CreateSymbolicLink(_world.At("src"), _world.Folder.At("outside"));
                    File.Delete(_world.At("src"));
                    Directory.Move(_world.At("aside"), _world.At("src"));
                    isBack = true;
                }
                catch (IOException)
                {
                    // A tool was faster in making it, or wrote into it meanwhile.
                }
            }
        }
    }

    [Fact]
    public async Task Files_LimitsWhatExists()
    {
        await using var world = new WorkspaceWorld(new() { Files = ["*.cs", "docs/**"] });
        var agent = await world.StartAsync("reader");
        world.Write("src/a.cs", "code");
        world.Write("src/a.json", "data");
        world.Write("docs/b.txt", "text");
        File.CreateSymbolicLink(world.At("src/link.cs"), "a.json");

        Assert.Equal("docs/b.txt\nsrc/a.cs\n", await agent.CallAsync("find_files", ("pattern", "**")));
        Assert.Equal("src/a.cs 4\nsrc/link.cs@\n", await agent.CallAsync("list_files", ("path", "src")));
        Assert.Equal("Error: It is not among the files that you may use.", await agent.CallAsync("read_file", ("path", "src/a.json")));
        Assert.Equal("Error: It is not among the files that you may use.", await agent.CallAsync("read_file", ("path", "src/link.cs")));
        Assert.Equal("Error: It is not among the files that you may use.", await agent.CallAsync("write_file", ("path", "src/b.json"), ("content", "x")));
        Assert.Equal("Created src/b.cs: 1 bytes.", await agent.CallAsync("write_file", ("path", "src/b.cs"), ("content", "x")));
    }

    [Fact]
    public async Task INV36_ArgumentsThatDoNotMatchTheSchema_AreRefused()
    {
        Assert.Equal("Error: 'path' is missing; it must be a string.", await _agent.CallAsync("read_file"));
        Assert.Equal("Error: 'path' must be a string.", await _agent.CallAsync("read_file", ("path", Json("3"))));
        Assert.Equal("Error: 'start_line' must be a whole number.", await _agent.CallAsync("read_file", ("path", "readme.md"), ("start_line", Json("1.5"))));
        Assert.Equal("Error: 'replace_all' must be true or false.", await _agent.CallAsync(
            "edit_file", ("path", "readme.md"), ("old_text", "a"), ("new_text", "b"), ("replace_all", Json("\"yes\""))));
        Assert.Equal("Error: There is no argument of that name; there are: path, start_line, line_count.", await _agent.CallAsync("read_file", ("path", "readme.md"), ("encoding", "utf-8")));
        Assert.Equal("Error: 'path' is not valid text.", await _agent.CallAsync("read_file", ("path", Json("\"\\ud800\""))));
        Assert.Equal("1\t# Shop\n", await _agent.CallAsync("read_file", ("path", Json("\"readme.md\"")), ("start_line", Json("1")), ("line_count", Json("null"))));
    }

    [Fact]
    public async Task INV36_AnyArguments_GiveAResult()
    {
        var values = Gen.OneOf(
            Gen.String.Select(static text => (object?)text),
            Gen.Const((object?)null),
            Any<object?>(0, -1, int.MaxValue, 3L, long.MaxValue, true, 1.5, "readme.md", "src"),
            Any("{}", "[]", "null", "1e9", "-1", "true", "\"src/a.txt\"", "\"\\udfff\"", "99999999999999999999").Select(json => (object?)Json(json)));
        var names = Any("path", "pattern", "files", "content", "old_text", "new_text", "replace_all", "start_line", "line_count", "ignore_case", "other");

        await Gen.Select(Any(Calls), Gen.Dictionary(names, values)[0, 6]).SampleAsync(
            async (tool, arguments) => AssertContained(await _agent.CallAsync(tool, arguments.Select(argument => (argument.Key, argument.Value)))),
            iter: 3000,
            threads: 1);
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static object Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private void AssertContained(params IEnumerable<string> results)
    {
        foreach (var result in results)
        {
            Assert.DoesNotContain(WorkspaceWorld.Secret, result, StringComparison.Ordinal);
            Assert.DoesNotContain(_world.Folder.Path, result, StringComparison.Ordinal);
            Assert.DoesNotContain("root:x:", result, StringComparison.Ordinal);
            Assert.InRange(result.Length, 1, 30_000);
        }
    }
}
