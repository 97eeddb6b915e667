using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Llm.Routing;

/// <summary>Rings once, not before its time; never after it was stopped. Made under a gate; run and stopped outside it, since clocks are foreign code.</summary>
/// <param name="time">The clock.</param>
/// <param name="due">When, as a timestamp of the clock.</param>
/// <param name="ring">What is to happen then.</param>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without a timer holds nothing that must be freed.")]
internal sealed class Alarm(TimeProvider time, long due, Action<Alarm> ring)
{
    private static readonly TimeSpan Finest = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource _stop = new();

    public long Due { get; } = due;

    public async Task RunAsync()
    {
        try
        {
            // A timer of whole milliseconds fires up to one early.
            for (var left = Left(); left > TimeSpan.Zero; left = Left())
            {
                await Task.Delay(left > Finest ? left : Finest, time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
            return;
        }

        ring(this);
    }

    public void Stop() => _stop.Cancel();

    private TimeSpan Left() => time.GetElapsedTime(time.GetTimestamp(), Due);
}
