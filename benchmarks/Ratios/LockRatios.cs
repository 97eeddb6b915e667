using AgentOrchestration.Benchmarks.Locks;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What taking and releasing a lock costs, by how many keys there are and how many want them.</summary>
internal static class LockRatios
{
    private const int Operations = 40_000;
    private const int OrderLength = 1_000;
    private const int Sets = 1_000;
    private const int HeldLocks = 1_000;
    private const string BelowDirectory = "claimed";
    private const string BesideDirectory = "src";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan NeverReached = TimeSpan.FromMinutes(5);

    public static IReadOnlyDictionary<string, Func<Task<IReadOnlyList<LockRow>>>> Questions { get; } =
        new OrderedDictionary<string, Func<Task<IReadOnlyList<LockRow>>>>(StringComparer.Ordinal)
        {
            ["free"] = FreeAsync,
            ["try"] = TryAsync,
            ["limits"] = LimitsAsync,
            ["sets"] = SetsAsync,
            ["hot"] = HotAsync,
            ["directories"] = DirectoriesAsync,
        };

    private static async Task<IReadOnlyList<LockRow>> FreeAsync() =>
    [
        await FreeAsync("1 key, free", files: 1, OrderLength, rounds: 41, maxRatio: 1.25),
        await FreeAsync("1,000 keys, free, in random order", files: 1_000, 10 * OrderLength, rounds: 41, maxRatio: 1.25),
        await FreeAsync("100,000 keys, free, in random order", files: 100_000, 100_000, rounds: 15, maxRatio: 1.6),
    ];

    private static async Task<LockRow> FreeAsync(string question, int files, int length, int rounds, double maxRatio)
    {
        var keys = LockKeys.Shuffled(files, length);
        await using var field = new LockField(files);
        return await MeasureAsync(question, field.All, keys.Length, contestant => contestant.TakeAndReleaseAsync(keys), field.Bare, rounds, maxRatio, maxBytes: 0);
    }

    private static async Task<IReadOnlyList<LockRow>> TryAsync()
    {
        await using var field = new LockField(files: 1);
        var held = LockKeys.Files(1)[0];
        var able = field.All.Where(static contestant => contestant.CanTry).ToArray();
        foreach (var contestant in able)
        {
            await contestant.HoldAsync(held);
        }

        var keys = LockKeys.Shuffled(files: 1, OrderLength);
        var row = await MeasureAsync(
            "trying a held key",
            able,
            keys.Length,
            contestant => contestant.TryHeld(keys) == 0 ? Task.CompletedTask : throw new InvalidOperationException($"{contestant.Name} gave a held key away."),
            field.Dictionary,
            rounds: 41,
            maxRatio: 1.2,
            maxBytes: 0);
        return [row];
    }

    private static async Task<IReadOnlyList<LockRow>> LimitsAsync()
    {
        var keys = LockKeys.Shuffled(files: 1_000, 10 * OrderLength);
        using var cancellation = new CancellationTokenSource();
        await using var field = new LockField(files: 1_000);
        var waiting = field.All.Where(static contestant => contestant.CanWait).ToArray();
        return
        [
            await MeasureAsync(
                "1,000 keys, free, with a token", waiting, keys.Length, contestant => contestant.TakeWithTokenAsync(keys, cancellation.Token), field.Bare, rounds: 21, maxRatio: null, maxBytes: 0),
            await MeasureAsync(
                "1,000 keys, free, with a timeout", [.. waiting.Where(static contestant => contestant.HasTimeout)], keys.Length, contestant => contestant.TakeWithTimeoutAsync(keys, NeverReached), field.Bare, rounds: 21, maxRatio: null, maxBytes: 0),
        ];
    }

    private static async Task<IReadOnlyList<LockRow>> SetsAsync()
    {
        var sets = LockKeys.SetsOfFour(files: 1_000, Sets);
        await using var field = new LockField(files: 1_000);
        var able = field.All.Where(contestant => contestant.CanWait && contestant != field.Bare).ToArray();
        return [await MeasureAsync("a set of four of 1,000 keys, free", able, Sets, contestant => contestant.TakeSetsAsync(sets), field.Dictionary, rounds: 31, maxRatio: 0.7, maxBytes: null)];
    }

    private static async Task<IReadOnlyList<LockRow>> HotAsync() =>
    [
        await HotAsync("2 tasks, one key, a yield inside", files: 1, workers: 2),
        await HotAsync("8 tasks, one key, a yield inside", files: 1, workers: 8),
        await HotAsync("64 tasks, one key, a yield inside", files: 1, workers: 64),
        await HotAsync("64 tasks, 8 keys by Zipf's law, a yield inside", files: 8, workers: 64),
    ];

    private static async Task<LockRow> HotAsync(string question, int files, int workers)
    {
        var orders = Enumerable.Range(0, workers).Select(worker => LockKeys.Zipf(files, Operations / workers, seed: worker)).ToArray();
        await using var field = new LockField(files);
        await using var quiet = new AgentLocks(LockEventLevel.Exceptional);
        LockContestant[] able = [.. field.All.Where(contestant => contestant.CanWait && (files == 1 || contestant != field.Bare)), quiet];
        return await MeasureAsync(question, able, Operations, contestant => contestant.CompeteAsync(orders), field.Dictionary, rounds: 21, maxRatio: 1, maxBytes: 8);
    }

    private static async Task<IReadOnlyList<LockRow>> DirectoriesAsync()
    {
        var rows = new List<LockRow>();
        var beside = LockKeys.Shuffled(files: 1_000, 10 * OrderLength);
        var below = LockKeys.Files(1_000, BelowDirectory);
        await using var plain = new AgentLocks();
        await using var claimed = new AgentLocks();
        foreach (var locks in (AgentLocks[])[plain, claimed])
        {
            foreach (var key in LockKeys.Files(HeldLocks, "held"))
            {
                await locks.HoldAsync(key);
            }
        }

        await claimed.Locks.AcquireAsync(new ResourceRequest(LockKeys.Directory(BelowDirectory)));
        var measured = await InterleavedRounds.MeasureAsync(
            [
                Repeated("plain", beside.Length, () => plain.TakeAndReleaseAsync(beside)),
                Repeated("beside", beside.Length, () => claimed.TakeAndReleaseAsync(beside)),
                Repeated("below", below.Length, () => claimed.TakeAndReleaseAsync(below)),
            ],
            WarmUp,
            rounds: 31);
        rows.Add(OfOurs($"a file beside a held directory, {HeldLocks:N0} locks held (1: no directory)", measured[1], measured[0], maxRatio: 2, maxBytes: 0));
        rows.Add(OfOurs("a file below it, by its owner", measured[2], measured[0], maxRatio: 2, maxBytes: 0));
        rows.Add(await LinearAsync());
        return rows;
    }

    private static async Task<LockRow> LinearAsync()
    {
        const int Few = 1_000;
        const int Many = 10_000;
        await using var few = new AgentLocks();
        await using var many = new AgentLocks();
        foreach (var (locks, count) in ((AgentLocks, int)[])[(few, Few), (many, Many)])
        {
            foreach (var key in LockKeys.Files(count, BesideDirectory))
            {
                await locks.HoldAsync(key);
            }
        }

        var directories = new[] { LockKeys.Directory(BelowDirectory) };
        var measured = await InterleavedRounds.MeasureAsync(
            [Repeated("few", 50, directories.Length, () => few.TakeAndReleaseAsync(directories)), Repeated("many", 50, directories.Length, () => many.TakeAndReleaseAsync(directories))],
            WarmUp,
            rounds: 31);
        return OfOurs($"a directory with {Many:N0} locks held elsewhere (1: with {Few:N0})", measured[1], measured[0], maxRatio: 12, maxBytes: null);
    }

    private static LockRow OfOurs(string question, Measurement measured, Measurement baseline, double maxRatio, double? maxBytes) =>
        new(question, ["baseline", AgentLocks.ColumnName], [baseline, measured], "baseline", maxRatio, maxBytes);

    private static async Task<LockRow> MeasureAsync(
        string question,
        IReadOnlyList<LockContestant> contestants,
        int operations,
        Func<LockContestant, Task> run,
        LockContestant baseline,
        int rounds,
        double? maxRatio,
        double? maxBytes)
    {
        var measured = await InterleavedRounds.MeasureAsync(
            [.. contestants.Select(contestant => Repeated(contestant.Name, operations, () => run(contestant)))], WarmUp, rounds);
        return new LockRow(question, [.. contestants.Select(static contestant => contestant.Name)], measured, baseline.Name, maxRatio, maxBytes);
    }

    private static Contestant Repeated(string name, int operations, Func<Task> runAsync) => Repeated(name, Math.Max(1, Operations / operations), operations, runAsync);

    private static Contestant Repeated(string name, int repeats, int operations, Func<Task> runAsync) =>
        new(name, repeats * operations, async () =>
        {
            for (var i = 0; i < repeats; i++)
            {
                await runAsync();
            }
        });
}
