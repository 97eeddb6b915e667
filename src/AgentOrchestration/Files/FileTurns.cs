using AgentOrchestration.Locking;

namespace AgentOrchestration.Files;

/// <summary>Turns at a file among flows that the locks let pass together, because they act for one owner. Turns that nobody takes or waits for are forgotten. Thread-safe.</summary>
internal sealed class FileTurns
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(LockOwner Owner, ResourceKey File), Turn> _turns = [];

    /// <summary>Turns that somebody has or waits for.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _turns.Count;
        }
    }

    /// <summary>Waits for the owner's turn at the file, in order of call; ends at once when the owner must give up waiting. An anonymous owner needs none.</summary>
    public async ValueTask<Pass> TakeAsync(LockOwner owner, ResourceKey file, CancellationToken cancellationToken)
    {
        if (owner.IsAnonymous)
            return default;

        var pass = new Pass(this, Enter(owner, file), owner, file);
        try
        {
            await pass.WaitAsync(cancellationToken).ConfigureAwait(false);
            return pass;
        }
        catch
        {
            Leave(owner, file);
            throw;
        }
    }

    private Turn Enter(LockOwner owner, ResourceKey file)
    {
        lock (_gate)
        {
            if (!_turns.TryGetValue((owner, file), out var turn))
                _turns.Add((owner, file), turn = new Turn());
            turn.Users++;
            return turn;
        }
    }

    private void Leave(LockOwner owner, ResourceKey file)
    {
        lock (_gate)
        {
            if (--_turns[(owner, file)].Users == 0)
                _turns.Remove((owner, file));
        }
    }

    /// <summary>The turn, until it is disposed, which is done once.</summary>
    public readonly struct Pass(FileTurns turns, SemaphoreSlim turn, LockOwner owner, ResourceKey file) : IDisposable
    {
        public void Dispose()
        {
            turn?.Release();
            turns?.Leave(owner, file);
        }

        internal async ValueTask WaitAsync(CancellationToken cancellationToken)
        {
            // Not before it is clear that there is somebody to wait for: code that cleans up after a cancel may still use its files.
            if (turn.Wait(0, CancellationToken.None))
                return;

            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, owner.CancellationToken);
            try
            {
                await turn.WaitAsync(ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new OperationCanceledException(owner.CancellationToken);
            }
        }
    }

    // Never asked for its wait handle, so there is nothing to dispose of.
    private sealed class Turn() : SemaphoreSlim(1, 1)
    {
        /// <summary>Who has it or waits for it; changed with the gate held.</summary>
        public int Users { get; set; }
    }
}
