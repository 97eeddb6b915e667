using System.Collections.Concurrent;

namespace Snippets;

/// <summary>Stands in for a window: one thread with a synchronisation context, and a property that only it may touch.</summary>
internal sealed class Window : IDisposable
{
    private readonly BlockingCollection<Action> _posted = [];
    private int _thread;
    private int _titles;

    /// <summary>Times that another thread touched the window.</summary>
    public int Strangers { get; private set; }

    public string Title
    {
        set
        {
            _titles++;
            Strangers += Environment.CurrentManagedThreadId == _thread ? 0 : 1;
        }
    }

    /// <summary>Runs the work on the window's thread until it ends.</summary>
    /// <returns>How often the title was set.</returns>
    public int Run(Func<Task> work)
    {
        var thread = new Thread(() =>
        {
            _thread = Environment.CurrentManagedThreadId;
            SynchronizationContext.SetSynchronizationContext(new Context(_posted));
            _ = work().ContinueWith(_ => _posted.CompleteAdding(), TaskScheduler.Default);
            foreach (var action in _posted.GetConsumingEnumerable())
            {
                action();
            }
        });
        thread.Start();
        thread.Join();
        return _titles;
    }

    public void Dispose() => _posted.Dispose();

    private sealed class Context(BlockingCollection<Action> posted) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => posted.Add(() => d(state));
    }
}
