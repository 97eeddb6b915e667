using System.Collections.Concurrent;
using System.Text;
using AgentOrchestration.Tests.Testing;
using CsCheck;

namespace AgentOrchestration.Tests.Files;

/// <summary>Generated runs of several owners on one file, against a model that is a string and a version.</summary>
public sealed class GuardedFilesModelTests
{
    private static readonly Gen<Step> Steps = Gen.Select(Gen.Int[0, 3], Gen.Enum<Call>(), (owner, call) => new Step(owner, call));

    private enum Call
    {
        Read,
        WriteWhatWasRead,
        Create,
        Edit,
        EditWhatWasRead,
        OutsideWrite,
        OutsideDelete,
    }

    [Fact]
    public Task OneAfterAnother_AWriteIsAcceptedIfAndOnlyIfItIsBasedOnWhatIsThere() => Steps.Array[1, 20].SampleAsync(
        async steps =>
        {
            await using var run = new Run();
            string? text = null;
            string? writer = null;
            var known = new FileVersion[4];
            foreach (var (index, step) in steps.Index())
            {
                var before = Version(text);
                var next = $"{index} by {step.Owner}";
                var files = run.Owners[step.Owner];
                switch (step.Call)
                {
                    case Call.Read:
                        var content = await files.ReadAsync(run.Path);
                        Assert.Equal((text, before), (content.Text, content.Version));
                        known[step.Owner] = content.Version;
                        break;
                    case Call.WriteWhatWasRead:
                        Check(await files.TryWriteAsync(run.Path, next, known[step.Owner]), known[step.Owner] == before);
                        break;
                    case Call.Create:
                        Check(await files.TryWriteAsync(run.Path, next, ExpectedFileVersion.Absent), text is null);
                        break;
                    case Call.Edit:
                        Check(await files.TryEditAsync(run.Path, old => Same(old, text, next)), text is not null);
                        break;
                    case Call.EditWhatWasRead:
                        Check(await files.TryEditAsync(run.Path, old => Same(old, text, next), known[step.Owner]), text is not null && known[step.Owner] == before);
                        break;
                    case Call.OutsideWrite:
                        await File.WriteAllTextAsync(run.Path, text = next);
                        writer = null;
                        break;
                    default:
                        File.Delete(run.Path);
                        (text, writer) = (null, null);
                        break;
                }

                void Check(FileChange change, bool allowed)
                {
                    Assert.Equal(allowed, change.Applied);
                    if (allowed)
                    {
                        (text, writer) = (next, $"owner {step.Owner}");
                        known[step.Owner] = change.Version;
                    }
                    else if (change.Refusal!.Reason == FileRefusalReason.Changed)
                    {
                        Assert.Equal((before, writer), (change.Refusal.Found, change.Refusal.Writer?.Name));
                    }
                    else
                    {
                        Assert.Equal((FileRefusalReason.Missing, null), (change.Refusal.Reason, text));
                    }
                }

                Assert.Equal(Version(text), Version(File.Exists(run.Path) ? await File.ReadAllTextAsync(run.Path) : null));
            }
        },
        iter: 100);

    [Fact]
    public Task AtTheSameTime_EveryAcceptedWriteIsBasedOnTheOneBeforeIt() => Steps.Array[8, 40].SampleAsync(
        async steps =>
        {
            await using var run = new Run();
            await File.WriteAllTextAsync(run.Path, "start");

            // What was accepted, by the version it was based on. No two contents are the same, so a lost update is a version that two are based on.
            var accepted = new ConcurrentDictionary<FileVersion, FileVersion>();
            await Task.WhenAll(steps.Index().GroupBy(step => step.Item.Owner).Select(owner => Task.Run(async () =>
            {
                var files = run.Owners[owner.Key];
                var known = FileVersion.Absent;
                foreach (var (index, step) in owner)
                {
                    var next = $"{index} by {step.Owner}";
                    var basedOn = known;
                    switch (step.Call)
                    {
                        case Call.WriteWhatWasRead:
                            Note(await files.TryWriteAsync(run.Path, next, known));
                            break;
                        case Call.Edit:
                            Note(await files.TryEditAsync(run.Path, old => Base(old, next)));
                            break;
                        case Call.EditWhatWasRead:
                            Note(await files.TryEditAsync(run.Path, old => Base(old, next), known));
                            break;
                        default:
                            known = (await files.ReadAsync(run.Path)).Version;
                            break;
                    }

                    string Base(string old, string text)
                    {
                        basedOn = Version(old);
                        return text;
                    }

                    void Note(FileChange change)
                    {
                        Assert.True(!change.Applied || accepted.TryAdd(basedOn, change.Version), "Two writes were based on one version.");
                        Assert.True(change.Applied || change.Refusal!.Reason == FileRefusalReason.Changed);
                    }
                }
            }))).WaitAsync(World.Hang);

            var last = Version("start");
            var length = 0;
            for (; accepted.TryGetValue(last, out var next); length++)
                last = next;
            Assert.Equal(accepted.Count, length);
            Assert.Equal(last, Version(await File.ReadAllTextAsync(run.Path)));
        },
        iter: 60);

    private static FileVersion Version(string? text) => text is null ? FileVersion.Absent : FileVersion.Of(Encoding.UTF8.GetBytes(text));

    private static string Same(string old, string? expected, string next)
    {
        Assert.Equal(expected, old);
        return next;
    }

    private sealed record Step(int Owner, Call Call);

    private sealed class Run : IAsyncDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly AgentOrchestrator _orchestrator = AgentOrchestrator.Create();

        public Run() => Owners = [.. Enumerable.Range(0, 4).Select(owner => _orchestrator.Files.ForOwner(_orchestrator.Locks.CreateOwner($"owner {owner}")))];

        public string Path => _folder.At("f");

        public GuardedFiles[] Owners { get; }

        public async ValueTask DisposeAsync()
        {
            Assert.Equal((0, 0), (_orchestrator.Scheduler.Locks.Count, _orchestrator.Scheduler.Files.Turns));
            Assert.True(_folder.Entries().All(entry => entry == "f"), "A temporary file was left.");
            await _orchestrator.DisposeAsync();
            _folder.Dispose();
        }
    }
}
