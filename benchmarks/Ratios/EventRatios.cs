using AgentOrchestration.Benchmarks.Events;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What an event costs its publisher and each of its readers.</summary>
internal static class EventRatios
{
    private const int Deliveries = 320_000;
    private const int MaxEvents = 8_192;
    private const int Burst = 64;
    private const int Publications = 100_000;
    private const int Rounds = 21;

    private static readonly int[] ReaderCounts = [1, 8, 64];

    public static async Task<IReadOnlyList<RatioRow>> MeasureAsync()
    {
        var rows = new List<RatioRow>();
        var bytesForOne = 0.0;
        foreach (var readers in ReaderCounts)
        {
            var (log, channels, singleReaderChannels) = await MeasureAsync(readers, Burst);
            var bytes = log.Bytes * readers;
            bytesForOne = readers == 1 ? bytes : bytesForOne;
            rows.Add(RatioRow.OfTimes($"{Named(readers)}, bursts of {Burst} events: one delivery", log, channels, target: readers >= 8 ? 0.25 : null));
            rows.Add(RatioRow.OfTimes("– the same against single-reader channels", log, singleReaderChannels, target: null));
            rows.Add(new RatioRow($"{Named(readers)}: allocated per event", $"{bytes:N1} B", $"{channels.Bytes * readers:N1} B", bytes - bytesForOne, Target: 1, "B more"));
        }

        foreach (var (burst, what) in ((int, string)[])[(1, "one event at a time"), (MaxEvents, "all events at once")])
        {
            foreach (var readers in ReaderCounts)
            {
                var (log, channels, _) = await MeasureAsync(readers, burst);
                rows.Add(RatioRow.OfTimes($"{Named(readers)}, {what}: one delivery", log, channels, target: null));
            }
        }

        rows.Add(await PublishingAsync());
        return rows;
    }

    private static async Task<(Measurement Log, Measurement Channels, Measurement SingleReaderChannels)> MeasureAsync(int readers, int burstLength)
    {
        var bursts = new Bursts(Math.Min(MaxEvents, Deliveries / readers), burstLength);
        var deliveries = bursts.Events * readers;
        await using var log = new LogFanOut(readers, bursts);
        await using var channels = new ChannelFanOut(readers, bursts);
        await using var singleReaderChannels = new ChannelFanOut(readers, bursts, singleReader: true);
        var measured = await InterleavedRounds.MeasureAsync(
            [
                new Contestant("log", deliveries, log.RunAsync),
                new Contestant("channels", deliveries, channels.RunAsync),
                new Contestant("single-reader channels", deliveries, singleReaderChannels.RunAsync),
            ],
            warmUp: TimeSpan.FromSeconds(2),
            Rounds);
        return (measured[0], measured[1], measured[2]);
    }

    private static string Named(int readers) => readers == 1 ? "1 reader" : $"{readers} readers";

    private static async Task<RatioRow> PublishingAsync()
    {
        var publisher = new LonePublisher();
        var measured = await InterleavedRounds.MeasureAsync(
            [
                new Contestant("publish", Publications, () => RepeatAsync(() => publisher.Publish())),
                new Contestant("gate and event", Publications, () => RepeatAsync(publisher.MakeEventAndEnterGate)),
            ],
            warmUp: TimeSpan.FromSeconds(1),
            Rounds * 2);
        return RatioRow.OfTimes("publishing with no reader, against lock and event", measured[0], measured[1], target: 2);
    }

    private static Task RepeatAsync(Action action)
    {
        for (var i = 0; i < Publications; i++)
        {
            action();
        }

        return Task.CompletedTask;
    }
}
