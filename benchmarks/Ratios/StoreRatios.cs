using System.Diagnostics;
using System.Globalization;
using AgentOrchestration.Benchmarks.Durability;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What a store costs. Everything here waits for the disk, so it is timed by the clock; medians of a few rounds, in which contestants take turns.</summary>
internal static class StoreRatios
{
    private const int Rounds = 5;
    private const int Goals = 20_000;
    private const int Callers = 64;

    public static async Task<IReadOnlyList<RatioRow>> MeasureAsync() => [.. await AcceptedAsync(), .. await TurnsAsync(), await RestoredAsync()];

    private static async Task<RatioRow[]> AcceptedAsync()
    {
        List<double> accepted = [], ran = [], acknowledged = [], bare = [];
        for (var round = 0; round <= Rounds; round++)
        {
            using var file = new StoreFile();
            var (acceptance, bytes) = await DurableGoals.AcceptAsync(file, Goals, Callers, run: false);
            using var second = new StoreFile();
            var rows = await TimeAsync(() => BareInserts.RunAsync(second.Path, Goals, Callers, (int)bytes));
            using var third = new StoreFile();
            var inserts = await TimeAsync(() => Task.Run(() => BareInserts.Run(third.Path, Goals, Callers, (int)bytes)));
            using var fourth = new StoreFile();
            var (lives, _) = await DurableGoals.AcceptAsync(fourth, Goals, Callers, run: true);
            if (round > 0)
            {
                accepted.Add(Goals / acceptance.TotalSeconds);
                acknowledged.Add(Goals / rows.TotalSeconds);
                bare.Add(Goals / inserts.TotalSeconds);
                ran.Add(Goals / lives.TotalSeconds);
            }
        }

        // The targets are lower bounds; turned over they are upper ones.
        return
        [
            new RatioRow($"goals acknowledged in a second, {Callers} callers", PerSecond(accepted), "", 1e6 / Median(accepted), Target: 200, "us each"),
            new RatioRow("– bare SQLite inserts, each acknowledged to one of as many callers, to them", PerSecond(accepted), PerSecond(acknowledged), Ratio(acknowledged, accepted), Target: 2, "x"),
            new RatioRow($"– bare SQLite inserts by one thread for nobody, {Callers} in a transaction, to them", PerSecond(accepted), PerSecond(bare), Ratio(bare, accepted), Target: null, "x"),
            new RatioRow("– goals acknowledged, run and ended in a second, acknowledged inserts to them", PerSecond(ran), PerSecond(acknowledged), Ratio(acknowledged, ran), Target: null, "x"),
        ];
    }

    private static async Task<RatioRow[]> TurnsAsync()
    {
        const int few = 250;
        const int many = 1_000;
        List<double> fewTimes = [], manyTimes = [], fewBare = [], manyBare = [];
        long fewBytes = 0, manyBytes = 0;
        for (var round = 0; round <= Rounds; round++)
        {
            var (elapsedFew, bytesOfFew) = await DurableGoals.RunTurnsAsync(few, durable: true);
            var (elapsedMany, bytesOfMany) = await DurableGoals.RunTurnsAsync(many, durable: true);
            var (bareFew, _) = await DurableGoals.RunTurnsAsync(few, durable: false);
            var (bareMany, _) = await DurableGoals.RunTurnsAsync(many, durable: false);
            (fewBytes, manyBytes) = (bytesOfFew, bytesOfMany);
            if (round > 0)
            {
                fewTimes.Add(elapsedFew.TotalMicroseconds / few);
                manyTimes.Add(elapsedMany.TotalMicroseconds / many);
                fewBare.Add(bareFew.TotalMicroseconds / few);
                manyBare.Add(bareMany.TotalMicroseconds / many);
            }
        }

        return
        [
            new RatioRow($"time of a turn of an LLM agent with a tool, of {many:N0} to of {few}", Micros(manyTimes), Micros(fewTimes), Median(manyTimes.Zip(fewTimes, static (x, y) => x / y)), Target: 1.25, "x"),
            new RatioRow("– the same without a store", Micros(manyBare), Micros(fewBare), Median(manyBare.Zip(fewBare, static (x, y) => x / y)), Target: null, "x"),
            new RatioRow("– bytes in the store, of each turn", $"{manyBytes / many:N0} B", $"{fewBytes / few:N0} B", (double)manyBytes / many / ((double)fewBytes / few), Target: 1.05, "x"),
        ];
    }

    private static async Task<RatioRow> RestoredAsync()
    {
        const int agents = 10_000;
        var times = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            times.Add((await DurableGoals.RestoreAsync(agents)).TotalSeconds);
        }

        return new RatioRow($"going on with {agents:N0} unfinished agents", string.Create(CultureInfo.InvariantCulture, $"{Median(times):0.00} s"), "", Median(times), Target: 5, "s");
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> runAsync)
    {
        var started = Stopwatch.GetTimestamp();
        await runAsync();
        return Stopwatch.GetElapsedTime(started);
    }

    private static double Ratio(List<double> theirs, List<double> ours) => Median(theirs.Zip(ours, static (x, y) => x / y));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static string PerSecond(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{Median(values):N0}/s");

    private static string Micros(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{Median(values):N0} us");
}
