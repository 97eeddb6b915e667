namespace AgentOrchestration.Benchmarks.Events;

/// <summary>How one producer publishes: so many events in all, and after each burst it lets others run.</summary>
/// <param name="Events">In all.</param>
/// <param name="BurstLength">Between two pauses; 1 wakes every reader for every event.</param>
internal sealed record Bursts(int Events, int BurstLength)
{
    public async Task ProduceAsync(Action publish)
    {
        for (var published = 0; published < Events; published += BurstLength)
        {
            var burst = Math.Min(BurstLength, Events - published);
            for (var i = 0; i < burst; i++)
            {
                publish();
            }

            await Task.Yield();
        }
    }
}
