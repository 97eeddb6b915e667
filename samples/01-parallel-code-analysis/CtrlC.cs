using System.Runtime.InteropServices;

namespace ParallelCodeAnalysis;

/// <summary>The first Ctrl+C (or request to terminate) ends the work in order; the second ends the process at once.</summary>
internal sealed class CtrlC : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;
    private int _presses;

    public CtrlC(Func<Task> cancel)
    {
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = Interlocked.Increment(ref _presses) == 1;
            if (signal.Cancel) _ = cancel();
            else if (!Console.IsOutputRedirected) Console.CursorVisible = true; // A live table has hidden it.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_signals, static signal => signal.Dispose());
}
