using System.Diagnostics;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>Measures contestants against each other: in every round each of them has one short turn.</summary>
/// <remarks>
/// A machine that others use drifts for seconds at a time; within one round all contestants meet the same conditions. Turns begin on a collected heap, and on a thread of
/// the pool, where code that spawns agents usually runs. Allocation is counted in turns of its own, since counting precisely stops the world. Pinned to one core a turn is
/// timed by the processor time of this process: the same as time on a clock when nothing else runs there, and almost undisturbed when something does.
/// </remarks>
internal static class InterleavedRounds
{
    private const int AllocationTurns = 5;

    public static async Task<Measurement[]> MeasureAsync(IReadOnlyList<Contestant> contestants, TimeSpan warmUp, int rounds)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < warmUp;)
        {
            foreach (var contestant in contestants)
            {
                await TimeAsync(contestant);
            }
        }

        var times = contestants.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < contestants.Count; turn++)
            {
                // Who goes first changes, so that nobody always follows the same one.
                var next = (round + turn) % contestants.Count;
                times[next][round] = await TimeAsync(contestants[next]);
            }
        }

        var measurements = new Measurement[contestants.Count];
        for (var i = 0; i < measurements.Length; i++)
        {
            measurements[i] = new Measurement(times[i], await CountBytesAsync(contestants[i]));
        }

        return measurements;
    }

    private static async Task<double> TimeAsync(Contestant contestant)
    {
        GC.Collect();
        return await Task.Run(async () =>
        {
            var started = Now();
            await contestant.RunAsync();
            return (Now() - started).TotalNanoseconds / contestant.Operations;
        });
    }

    private static TimeSpan Now() => PinnedLaunch.HasHappened ? Environment.CpuUsage.TotalTime : Stopwatch.GetElapsedTime(0);

    private static async Task<double> CountBytesAsync(Contestant contestant)
    {
        var least = double.MaxValue;
        for (var turn = 0; turn < AllocationTurns; turn++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await contestant.RunAsync();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least / contestant.Operations;
    }
}
