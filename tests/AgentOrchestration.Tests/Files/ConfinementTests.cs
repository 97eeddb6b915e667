using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Files;

/// <summary>Files that are limited to a root, on a real file system in which somebody outside puts links in the way.</summary>
public sealed class ConfinementTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly AgentOrchestrator _orchestrator = AgentOrchestrator.Create();

    private GuardedFiles Files => _orchestrator.Files.Within(_folder.At("root"));

    public ValueTask InitializeAsync()
    {
        _folder.Write("root/a/f", "inside");
        _folder.Write("outside/f", "secret");
        _folder.Write("outside/only-outside", "");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public Task INV37_ADirectoryThatIsSwappedForALink_LeadsNowhereElse_AtAnyMoment() => RaceAsync(
        () =>
        {
            Directory.Move(_folder.At("root/a"), _folder.At("root/aside"));
            Directory.CreateSymbolicLink(_folder.At("root/a"), _folder.At("outside"));
            File.Delete(_folder.At("root/a"));
            Directory.Move(_folder.At("root/aside"), _folder.At("root/a"));
        });

    [Fact]
    public Task INV37_AFileThatIsSwappedForALink_LeadsNowhereElse_AtAnyMoment() => RaceAsync(
        () =>
        {
            File.CreateSymbolicLink(_folder.At("root/a/link"), _folder.At("outside/f"));
            File.Move(_folder.At("root/a/link"), _folder.At("root/a/f"), overwrite: true);
            File.WriteAllText(_folder.At("root/a/file"), "inside");
            File.Move(_folder.At("root/a/file"), _folder.At("root/a/f"), overwrite: true);
        });

    [Fact]
    public async Task INV37_Directories_AreMadeBelowTheRoot_AndNotThroughLinks()
    {
        Directory.CreateSymbolicLink(_folder.At("root/out"), _folder.At("outside"));
        var making = _orchestrator.Files.Within(_folder.At("root"), new FileScope { CreatesDirectories = true });

        await making.WriteAsync("b/c/d/f", "made", ExpectedFileVersion.Absent);
        await making.WriteAsync("b/c/g", "too", ExpectedFileVersion.Absent);

        Assert.Equal(("made", "too"), (await File.ReadAllTextAsync(_folder.At("root/b/c/d/f")), await File.ReadAllTextAsync(_folder.At("root/b/c/g"))));
        Assert.Equal(FileRefusalReason.OutsideRoot, (await making.TryWriteAsync("out/new/f", "x", ExpectedFileVersion.Absent)).Refusal!.Reason);
        await Assert.ThrowsAnyAsync<IOException>(() => making.WriteAsync("a/f/below", "x", ExpectedFileVersion.Absent).AsTask());
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Files.WriteAsync("none/f", "x", ExpectedFileVersion.Absent).AsTask());
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => _orchestrator.Files.Within(
            _folder.At("no/root"), new FileScope { CreatesDirectories = true }).WriteAsync("f", "x", ExpectedFileVersion.Absent).AsTask());
        Assert.Equal(["f", "only-outside"], Directory.EnumerateFileSystemEntries(_folder.At("outside")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scope_DecidesByWhereLinksLead()
    {
        _folder.Write("root/hidden/f", "hidden");
        _folder.Write("root/notes.md", "notes");
        Directory.CreateSymbolicLink(_folder.At("root/way"), "hidden");
        File.CreateSymbolicLink(_folder.At("root/link.md"), "a/f");
        var files = _orchestrator.Files.Within(_folder.At("root"), new FileScope
        {
            CreatesDirectories = true,
            AllowsDirectory = static path => !path.Split('/').Contains("hidden"),
            AllowsFile = static path => path.EndsWith(".md", StringComparison.Ordinal),
        });

        Assert.Equal("notes", (await files.ReadAsync("notes.md")).Text);
        foreach (var path in new[] { "hidden/f", "hidden/x.md", "way/x.md", "a/f", "link.md", "b/hidden/x.md" })
        {
            Assert.Equal(FileRefusalReason.NotAllowed, (await Assert.ThrowsAsync<FileRefusedException>(() => files.ReadAsync(path).AsTask())).Refusal.Reason);
            Assert.Equal(FileRefusalReason.NotAllowed, (await files.TryWriteAsync(path, "x", ExpectedFileVersion.Any)).Refusal!.Reason);
        }

        await Assert.ThrowsAsync<FileRefusedException>(() => files.ListAsync("hidden").AsTask());
        await Assert.ThrowsAsync<FileRefusedException>(() => files.ListAsync("way").AsTask());
        Assert.Equal(["a", "link.md", "notes.md"], await NamesAsync(files, "."));
        Assert.Empty(await NamesAsync(files, "a"));

        // A limit within a limit keeps both.
        await Assert.ThrowsAsync<FileRefusedException>(() => files.Within("a").ReadAsync("f").AsTask());
        Assert.Empty(await NamesAsync(files.Within("a"), "."));
        Assert.Throws<FileRefusedException>(() => files.Within("hidden"));
    }

    [Fact]
    public async Task ListAsync_SaysWhatIsThere_AndFollowsNothing()
    {
        _folder.Write("root/a/.16af9007.agent-tmp", "unfinished");
        Directory.CreateSymbolicLink(_folder.At("root/a/out"), _folder.At("outside"));
        Directory.CreateDirectory(_folder.At("root/a/sub"));

        var entries = (await Files.ListAsync("a")).OrderBy(entry => entry.Name, StringComparer.Ordinal);

        Assert.Equal([new("f", FileEntryKind.File, 6), new("out", FileEntryKind.Link, 0), new FileEntry("sub", FileEntryKind.Directory, 0)], entries);
        Assert.Equal(2, (await Files.ListAsync("a", maxEntries: 2)).Count);
        Assert.Equal(FileRefusalReason.OutsideRoot, (await Assert.ThrowsAsync<FileRefusedException>(() => Files.ListAsync("a/out").AsTask())).Refusal.Reason);
        Assert.Equal(FileRefusalReason.OutsideRoot, (await Assert.ThrowsAsync<FileRefusedException>(() => Files.ListAsync("..").AsTask())).Refusal.Reason);
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Files.ListAsync("none").AsTask());
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Files.ListAsync("a/f").AsTask());
    }

    [Fact]
    public async Task FailuresOfTheFileSystem_NameThePath()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Where directories are held open.");

        var failure = await Assert.ThrowsAnyAsync<IOException>(() => Files.EditAsync("a/f", _ =>
        {
            File.Delete(_folder.At("root/a/f"));
            Directory.CreateDirectory(_folder.At("root/a/f/below"));
            return "two";
        }).AsTask());

        Assert.Contains(_folder.At("root/a"), failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/proc/", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> NamesAsync(GuardedFiles files, string path) =>
        (await files.ListAsync(path)).Select(entry => entry.Name).Order(StringComparer.Ordinal);

    // Somebody swaps while files are read, written and listed. What is seen and changed must be inside, or nothing.
    private async Task RaceAsync(Action swap)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a link at the very moment is followed.");
        const int rounds = 1500;
        using var done = new CancellationTokenSource();
        var swaps = 0;
        var swapper = Task.Factory.StartNew(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    swap();
                    swaps++;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            var (read, refused) = (0, 0);
            for (var round = 0; round < rounds || read == 0 || refused == 0; round++)
            {
                try
                {
                    var content = await Files.ReadAsync("a/f").AsTask().WaitAsync(World.Hang);
                    Assert.NotEqual("secret", content.Text);
                    read += content.Exists ? 1 : 0;
                    if (round % 10 == 0)
                        await Files.WriteAsync("a/f", "inside", ExpectedFileVersion.Any).AsTask().WaitAsync(World.Hang);
                    Assert.DoesNotContain(await Files.ListAsync("a"), entry => entry.Name == "only-outside");
                }
                catch (Exception e) when (e is FileRefusedException or IOException)
                {
                    refused++;
                }
            }
        }
        finally
        {
            await done.CancelAsync();
            await swapper.WaitAsync(World.Hang);
        }

        Assert.True(swaps > 0);
        Assert.Equal("secret", await File.ReadAllTextAsync(_folder.At("outside/f")));
        Assert.Equal(["f", "only-outside"], Directory.EnumerateFileSystemEntries(_folder.At("outside")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
