namespace Supervisor;

/// <summary>Counts how many are inside at the same time. Thread-safe.</summary>
internal sealed class Gauge
{
    private readonly Lock _gate = new();
    private int _now;

    public int Most { get; private set; }

    public IDisposable Enter()
    {
        lock (_gate)
        {
            Most = Math.Max(Most, ++_now);
        }

        return new Visit(this);
    }

    private sealed class Visit(Gauge gauge) : IDisposable
    {
        public void Dispose()
        {
            lock (gauge._gate)
            {
                gauge._now--;
            }
        }
    }
}
