using System.Diagnostics;
using System.Text;
using AgentOrchestration.Locking;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Files;

/// <summary>On a real file system, as the host uses it.</summary>
public sealed class GuardedFilesTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly AgentOrchestrator _orchestrator;

    public GuardedFilesTests() => _orchestrator = AgentOrchestrator.Create(options =>
    {
        options.TimeProvider = _time;
        options.MaxFileBytes = 1000;
    });

    private GuardedFiles Files => _orchestrator.Files;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        Assert.Equal((0, 0), (_orchestrator.Scheduler.Locks.Count, _orchestrator.Scheduler.Files.Turns));
        await _orchestrator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task ReadAsync_GivesContentAndVersion()
    {
        var path = _folder.Write("f", "über");

        var content = await Files.ReadAsync(_folder.At("./f"));

        Assert.Equal((path, true, "über"), (content.Path, content.Exists, content.Text));
        Assert.Equal("über"u8, content.Bytes.Span);
        Assert.Equal(FileVersion.Of("über"u8), content.Version);
        Assert.DoesNotContain("über", content.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OfNothing_SaysSo()
    {
        foreach (var path in new[] { "f", "no/such/folder/f" })
        {
            var content = await Files.ReadAsync(_folder.At(path));

            Assert.Equal((false, null, FileVersion.Absent), (content.Exists, content.Text, content.Version));
            Assert.True(content.Bytes.IsEmpty);
        }
    }

    [Fact]
    public async Task WriteAsync_ExpectingNothing_CreatesOnly()
    {
        var version = await Files.WriteAsync(_folder.At("f"), "one", ExpectedFileVersion.Absent);

        var refusal = await RefusedAsync(FileRefusalReason.Changed, () => Files.WriteAsync(_folder.At("f"), "two", ExpectedFileVersion.Absent));

        Assert.Equal(version, refusal.Found);
        Assert.Contains("expected no file", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("one", await File.ReadAllTextAsync(_folder.At("f")));
        Assert.Equal(["f"], _folder.Entries());
    }

    [Fact]
    public async Task WriteAsync_WithTheVersionThatIsThere_Replaces_AndWithAnotherOneIsRefused()
    {
        var path = _folder.Write("f", "one");
        var first = (await Files.ReadAsync(path)).Version;
        _time.Advance(TimeSpan.FromMinutes(1));
        var second = await Files.WriteAsync(path, "two"u8.ToArray(), first);
        var writtenAt = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromMinutes(1));

        var refusal = await RefusedAsync(FileRefusalReason.Changed, () => Files.WriteAsync(path, "three", first));

        Assert.Equal((path, first, second), (refusal.Path, refusal.Expected, refusal.Found));
        Assert.Equal(new FileWriter(null, "host", writtenAt), refusal.Writer);
        Assert.Contains($"expected version {first}, but there is version {second}. It was written by 'host' at ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("two", await File.ReadAllTextAsync(path));
        Assert.Equal(second, (await Files.ReadAsync(path)).Version);
    }

    [Fact]
    public async Task WriteAsync_AfterAChangeFromOutside_NamesNobody()
    {
        var path = _folder.At("f");
        var version = await Files.WriteAsync(path, "one", ExpectedFileVersion.Absent);
        await File.WriteAllTextAsync(path, "outside");

        var changed = await RefusedAsync(FileRefusalReason.Changed, () => Files.WriteAsync(path, "two", version));
        File.Delete(path);
        var deleted = await RefusedAsync(FileRefusalReason.Changed, () => Files.EditAsync(path, text => text, version));

        Assert.Null(changed.Writer);
        Assert.Contains("something outside", changed.Message, StringComparison.Ordinal);
        Assert.Equal((null, FileVersion.Absent), (deleted.Writer, deleted.Found));
        Assert.Contains("there is no file. It was deleted by something outside", deleted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_ExpectingAnything_CreatesAndReplaces()
    {
        await Files.WriteAsync(_folder.At("f"), "one", ExpectedFileVersion.Any);
        await Files.WriteAsync(_folder.At("f"), "two", ExpectedFileVersion.Any);

        Assert.Equal("two", await File.ReadAllTextAsync(_folder.At("f")));
    }

    [Fact]
    public async Task TryForms_SayWhatBecameOfIt()
    {
        var path = _folder.At("f");

        var created = await Files.TryWriteAsync(path, "one", ExpectedFileVersion.Absent);
        var refused = await Files.TryWriteAsync(path, "two"u8.ToArray(), ExpectedFileVersion.Absent);
        var edited = await Files.TryEditAsync(path, text => text + "!");
        var replaced = await Files.TryReplaceTextAsync(path, "one", "two", edited.Version);
        var missing = await Files.TryEditAsync(_folder.At("none"), text => text);

        Assert.Equal((true, true, true), (created.Applied, edited.Applied, replaced.Applied));
        Assert.Equal((false, created.Version, FileRefusalReason.Changed), (refused.Applied, refused.Version, refused.Refusal!.Reason));
        Assert.Equal((false, FileVersion.Absent, FileRefusalReason.Missing), (missing.Applied, missing.Version, missing.Refusal!.Reason));
        Assert.Equal("two!", await File.ReadAllTextAsync(path));
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32BE", true)]
    public async Task TextWrites_KeepEncodingAndMark(string name, bool hasMark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] mark = hasMark ? encoding.GetPreamble() : [];
        var path = _folder.At("f");
        await File.WriteAllBytesAsync(path, [.. mark, .. encoding.GetBytes("äone\n")]);

        Assert.Equal("äone\n", (await Files.ReadAsync(path)).Text);
        await Files.EditAsync(path, text => text.Replace("one", "two", StringComparison.Ordinal));
        Assert.Equal((byte[])[.. mark, .. encoding.GetBytes("ätwo\n")], await File.ReadAllBytesAsync(path));

        await Files.ReplaceTextAsync(path, "two", "three");
        await Files.WriteAsync(path, (await Files.ReadAsync(path)).Text + "four", ExpectedFileVersion.Any);
        Assert.Equal((byte[])[.. mark, .. encoding.GetBytes("äthree\nfour")], await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task WhatIsNotText_IsReadAndWrittenAsBytesOnly()
    {
        var path = _folder.At("f");
        byte[] bytes = [0xff, 0x00, 0xc3, 0x28];
        await File.WriteAllBytesAsync(path, bytes);

        var content = await Files.ReadAsync(path);
        await RefusedAsync(FileRefusalReason.NotText, () => Files.EditAsync(path, text => text));
        Assert.Null(content.Text);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));

        await Files.WriteAsync(path, "ä", content.Version);
        Assert.Equal("ä"u8.ToArray(), await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task WriteAsync_OfHalfASurrogatePair_IsTheCallersMistake()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Files.WriteAsync(_folder.At("f"), "\ud800", ExpectedFileVersion.Absent).AsTask());

        Assert.Empty(_folder.Entries());
    }

    [Theory]
    [InlineData("a\r\nb\r\nc", "a\nb", "x\ny", "x\r\ny\r\nc")]
    [InlineData("a\nb\nc", "a\r\nb", "x\r\ny", "x\ny\nc")]
    [InlineData("a\r\nb\nc", "b\n", "x\r\ny\n", "a\r\nx\r\ny\nc")]
    [InlineData("abc", "b", "x\r\ny", "ax\r\nyc")]
    [InlineData("abc", "abc", "", "")]
    public async Task ReplaceTextAsync_TakesTheLineEndsOfTheFile(string before, string oldText, string newText, string after)
    {
        var path = _folder.Write("f", before);

        await Files.ReplaceTextAsync(path, oldText, newText);

        Assert.Equal(after, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task ReplaceTextAsync_OfWhatIsNotThereOnce_IsRefused_WithoutSayingTheText()
    {
        var path = _folder.Write("f", "canary canary aaa");

        var none = await RefusedAsync(FileRefusalReason.TextNotFound, () => Files.ReplaceTextAsync(path, "Canary", "x"));
        var two = await RefusedAsync(FileRefusalReason.TextNotUnique, () => Files.ReplaceTextAsync(path, "canary", "x"));
        var overlapping = await RefusedAsync(FileRefusalReason.TextNotUnique, () => Files.ReplaceTextAsync(path, "aa", "x"));

        Assert.All([none, two, overlapping], refusal => Assert.DoesNotContain("canary", refusal.ToString(), StringComparison.OrdinalIgnoreCase));
        Assert.Contains("2 times", two.Message, StringComparison.Ordinal);
        Assert.Equal("canary canary aaa", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task WhatIsLargerThanTheLimit_IsRefused()
    {
        var large = _folder.Write("large", new string('x', 1001));
        var full = _folder.Write("full", new string('x', 1000));

        Assert.Equal(1000, (await Files.ReadAsync(full)).Bytes.Length);
        await RefusedAsync(FileRefusalReason.TooLarge, async () => await Files.ReadAsync(large));
        await RefusedAsync(FileRefusalReason.TooLarge, () => Files.WriteAsync(large, "x", ExpectedFileVersion.Any));
        await RefusedAsync(FileRefusalReason.TooLarge, () => Files.EditAsync(full, text => text + "x"));
        await RefusedAsync(FileRefusalReason.TooLarge, () => Files.WriteAsync(_folder.At("new"), new byte[1001], ExpectedFileVersion.Absent));

        Assert.Equal(["full", "large"], _folder.Entries());
        Assert.Equal(1000, new FileInfo(full).Length);
    }

    [Fact]
    public async Task FilesThatDoNotSayTheirLength_AreReadToTheEnd()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");

        var content = await Files.ReadAsync("/proc/sys/kernel/ostype");

        Assert.Equal("Linux\n", content.Text);
    }

    [Fact]
    public async Task Permissions_AreKept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix permissions.");
#pragma warning disable CA1416 // Skipped where they do not exist.
        var path = _folder.Write("f", "one");
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupWrite | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(path, mode);

        await Files.EditAsync(path, _ => "two");

        Assert.Equal((mode, "two"), (File.GetUnixFileMode(path), await File.ReadAllTextAsync(path)));
        await Files.WriteAsync(_folder.At("new"), "x", ExpectedFileVersion.Absent);
        _folder.Write("plain", "x");
        Assert.Equal(File.GetUnixFileMode(_folder.At("plain")), File.GetUnixFileMode(_folder.At("new")));
#pragma warning restore CA1416
    }

    [Fact]
    public async Task INV10_ALink_IsFollowed_ItsTargetIsReplaced_AndItStaysALink()
    {
        var target = _folder.Write("real/f", "one");
        File.CreateSymbolicLink(_folder.At("link"), "real/f");
        File.CreateSymbolicLink(_folder.At("dangling"), "real/new");

        var content = await Files.ReadAsync(_folder.At("link"));
        await Files.WriteAsync(_folder.At("link"), "two", content.Version);
        await Files.WriteAsync(_folder.At("dangling"), "created", ExpectedFileVersion.Absent);

        Assert.Equal(target, content.Path);
        Assert.Equal(("real/f", "real/new"), (new FileInfo(_folder.At("link")).LinkTarget, new FileInfo(_folder.At("dangling")).LinkTarget));
        Assert.Equal(("two", "created"), (await File.ReadAllTextAsync(target), await File.ReadAllTextAsync(_folder.At("real/new"))));
    }

    [Fact]
    public async Task HardLinks_AreRefusedForReplacement_AndCanBeRead()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Makes the link with ln.");
        var path = _folder.Write("f", "one");
        await RunAsync("ln", path, _folder.At("other"));

        var refusal = await RefusedAsync(FileRefusalReason.HardLinks, () => Files.EditAsync(path, _ => "two"));

        Assert.Contains("2 hard links", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("one", (await Files.ReadAsync(path)).Text);
        File.Delete(_folder.At("other"));
        await Files.EditAsync(path, _ => "two");
        Assert.Equal(["f"], _folder.Entries());
    }

    [Fact]
    public async Task WhatIsNoRegularFile_IsRefused_AndNotOpened()
    {
        await RefusedAsync(FileRefusalReason.NotAFile, async () => await Files.ReadAsync(_folder.Path));
        await RefusedAsync(FileRefusalReason.NotAFile, () => Files.WriteAsync(_folder.Path, "x", ExpectedFileVersion.Any));
        if (!OperatingSystem.IsLinux())
            return;

        // Opening a pipe to read would wait for somebody who writes.
        await RunAsync("mkfifo", _folder.At("pipe"));
        await RefusedAsync(FileRefusalReason.NotAFile, async () => await Files.ReadAsync(_folder.At("pipe")));
        await RefusedAsync(FileRefusalReason.NotAFile, () => Files.WriteAsync(_folder.At("pipe"), "x", ExpectedFileVersion.Any));
        await RefusedAsync(FileRefusalReason.NotAFile, () => Files.WriteAsync("/dev/null", "x", ExpectedFileVersion.Any));
    }

    [Fact]
    public async Task AWriteThatFails_LeavesNothingBehind()
    {
        var path = _folder.Write("f", "one");

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Files.EditAsync(path, _ => throw new InvalidTimeZoneException()).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Files.WriteAsync(path, "two", ExpectedFileVersion.Any, new CancellationToken(canceled: true)).AsTask());
        Assert.Equal(["f"], _folder.Entries());
        Assert.Equal("one", await File.ReadAllTextAsync(path));

        // The new content is written beside it, but cannot be put in its place.
        var failure = await Record.ExceptionAsync(() => Files.EditAsync(path, _ =>
        {
            File.Delete(path);
            Directory.CreateDirectory(_folder.At("f/below"));
            return "two";
        }).AsTask());
        Assert.True(failure is IOException or UnauthorizedAccessException, $"{failure}");
        Assert.Equal(["f"], _folder.Entries());

        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Files.WriteAsync(_folder.At("none/f"), "x", ExpectedFileVersion.Absent).AsTask());
    }

    [Fact]
    public async Task Creation_WhenSomethingOutsideIsFaster_IsRefused()
    {
        var path = _folder.At("f");

        var refusal = await RefusedAsync(FileRefusalReason.Changed, () => _orchestrator.Scheduler.Files.ChangeAsync(
            HostOwner.Anonymous,
            path,
            limit: null,
            ExpectedFileVersion.Absent,
            _ =>
            {
                File.WriteAllText(path, "outside");
                return "ours"u8.ToArray();
            },
            CancellationToken.None));

        Assert.Equal((FileVersion.Of("outside"u8), null), (refusal.Found, refusal.Writer));
        Assert.Equal(["f"], _folder.Entries());
        Assert.Equal("outside", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task INV37_APathThatLeadsElsewhereWhenTheLockIsThere_IsRefused()
    {
        var path = _folder.Write("folder/f", "inside");
        _folder.Write("secret/f", "secret");
        var guard = await _orchestrator.Locks.AcquireFileAsync(path);
        string? seen = null;
        var edit = Files.TryEditAsync(path, text => seen = text).AsTask();
        var read = Files.ReadAsync(path).AsTask();
        while (_orchestrator.Locks.Snapshot().Waits.Count < 2)
            await Task.Yield();
        Directory.Delete(_folder.At("folder"), recursive: true);
        Directory.CreateSymbolicLink(_folder.At("folder"), "secret");

        guard.Dispose();

        Assert.Equal(FileRefusalReason.PathChanged, (await edit.WaitAsync(World.Hang)).Refusal!.Reason);
        Assert.Null(seen);
        await RefusedAsync(FileRefusalReason.PathChanged, async () => await read);
        Assert.Equal("secret", await File.ReadAllTextAsync(_folder.At("secret/f")));
    }

    [Fact]
    public async Task INV37_Commit_IntoAPathThatLeadsElsewhere_IsRefused()
    {
        var path = _folder.Write("folder/f", "inside");
        _folder.Write("secret/f", "secret");

        await RefusedAsync(FileRefusalReason.PathChanged, () => Files.EditAsync(path, _ =>
        {
            Directory.Delete(_folder.At("folder"), recursive: true);
            Directory.CreateSymbolicLink(_folder.At("folder"), "secret");
            return "x";
        }));

        Assert.Equal("secret", await File.ReadAllTextAsync(_folder.At("secret/f")));
        Assert.Equal(["f"], Directory.EnumerateFileSystemEntries(_folder.At("secret")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task INV37_Within_ReachesWhatIsBelowTheRoot_AndNothingElse()
    {
        var secret = _folder.Write("secret/f", "secret");
        _folder.Write("root/a/f", "inside");
        _folder.Write("root-too/f", "beside");
        Directory.CreateSymbolicLink(_folder.At("root/out"), "../secret");
        File.CreateSymbolicLink(_folder.At("root/fileout"), secret);
        File.CreateSymbolicLink(_folder.At("root/newout"), _folder.At("secret/new"));
        Directory.CreateSymbolicLink(_folder.At("link-to-root"), "root");
        var files = Files.Within(_folder.At("link-to-root"));

        Assert.Equal("inside", (await files.ReadAsync("a/f")).Text);
        Assert.Equal("inside", (await files.ReadAsync("a/../a/f")).Text);
        Assert.Equal("inside", (await files.ReadAsync(_folder.At("root/a/f"))).Text);
        foreach (var path in new[] { "../secret/f", "out/f", "fileout", "newout", "out/new", secret, "../root-too/f", "a/../../secret/f" })
        {
            await RefusedAsync(FileRefusalReason.OutsideRoot, async () => await files.ReadAsync(path));
            await RefusedAsync(FileRefusalReason.OutsideRoot, () => files.WriteAsync(path, "x", ExpectedFileVersion.Any));
        }

        Assert.Equal("inside", (await files.Within("a").ReadAsync("f")).Text);
        Assert.Throws<FileRefusedException>(() => files.Within(".."));
        Assert.Equal(("secret", 1), (await File.ReadAllTextAsync(secret), Directory.GetFiles(_folder.At("secret")).Length));
    }

    [Fact]
    public async Task ForOwner_WorksWithinWhatTheOwnerHolds()
    {
        var path = _folder.Write("f", "one");
        var owner = _orchestrator.Locks.CreateOwner("importer");
        using var guard = await owner.AcquireDirectoryAsync(_folder.Path);

        var version = await Files.ForOwner(owner).EditAsync(path, text => text + "!");

        Assert.Equal("one!", (await Files.ForOwner(owner).ReadAsync(path)).Text);
        using var cancellation = new CancellationTokenSource();
        var other = Files.EditAsync(path, text => text + "?", cancellationToken: cancellation.Token).AsTask();
        while (_orchestrator.Locks.Snapshot().Waits.Count == 0)
            await Task.Yield();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        guard.Dispose();
        var refusal = await RefusedAsync(FileRefusalReason.Changed, () => Files.WriteAsync(path, "x", ExpectedFileVersion.Absent));
        Assert.Equal(("importer", version), (refusal.Writer!.Name, refusal.Found));

        Assert.Throws<ArgumentException>(() => Files.ForOwner(_orchestrator.Locks));
        await using var another = AgentOrchestrator.Create();
        Assert.Throws<ArgumentException>(() => Files.ForOwner(another.Locks.CreateOwner("x")));
    }

    [Fact]
    public async Task AnEdit_OfWhatTheOwnerHoldsShared_IsAMistake()
    {
        var path = _folder.Write("f", "one");
        var owner = _orchestrator.Locks.CreateOwner("reader");
        using var guard = await owner.AcquireAsync(new ResourceRequest(ResourceKey.File(path), ResourceMode.Shared));

        Assert.Equal("one", (await Files.ForOwner(owner).ReadAsync(path)).Text);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Files.ForOwner(owner).EditAsync(path, text => text).AsTask());
    }

    [Fact]
    public async Task AReader_SeesTheOldContentOrTheNew_AndNothingBetween()
    {
        var path = _folder.Write("f", new string('a', 100));
        var writers = Enumerable.Range(0, 3).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 30; i++)
                await Files.WriteAsync(path, new string((char)('b' + writer), 100 + (writer * 300)), ExpectedFileVersion.Any);
        })).ToArray();
        var allWritten = Task.WhenAll(writers);
        var seen = 0;

        // One beside the locks and one within them.
        await Task.WhenAll(Task.Run(async () => await ReadAsync(async () => await File.ReadAllTextAsync(path))), Task.Run(async () => await ReadAsync(async () => (await Files.ReadAsync(path)).Text!))).WaitAsync(World.Hang);
        await allWritten;

        Assert.True(seen >= 2);
        Assert.Equal(["f"], _folder.Entries());

        async Task ReadAsync(Func<Task<string>> read)
        {
            do
            {
                var text = await read();
                Interlocked.Increment(ref seen);
                Assert.Equal((text[0] == 'a' ? 100 : 100 + ((text[0] - 'b') * 300), 0), (text.Length, text.Trim(text[0]).Length));
            }
            while (!allWritten.IsCompleted);
        }
    }

    private static async Task<FileRefusal> RefusedAsync(FileRefusalReason reason, Func<ValueTask<FileVersion>> act) => await RefusedAsync(reason, async () => { await act(); });

    private static async Task<FileRefusal> RefusedAsync(FileRefusalReason reason, Func<Task> act)
    {
        var refusal = (await Assert.ThrowsAsync<FileRefusedException>(() => act().WaitAsync(World.Hang))).Refusal;
        Assert.Equal(reason, refusal.Reason);
        return refusal;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
