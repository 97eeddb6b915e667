using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Routing;

/// <summary>A streamed answer of one client. Belongs to one flow of control. Closing it is left to the client's code where that does not answer.</summary>
internal sealed class ModelStream : IDisposable
{
    // Its token outlives each wait for a part, so it cannot be that of a timeout.
    private readonly CancellationTokenSource _stop;
    private IAsyncEnumerator<ChatResponseUpdate>? _updates;
    private Task<bool>? _reading;
    private Task? _closed;

    public ModelStream(ModelCall call)
    {
        Call = call;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
    }

    public ModelCall Call { get; }

    /// <summary>Whether there was another part.</summary>
    public bool HasCurrent { get; private set; }

    /// <summary>The part that was read last.</summary>
    public ChatResponseUpdate Current => _updates!.Current;

    public void Start() => _updates = Call.Client.Chat.GetStreamingResponseAsync(Call.Question.Messages, Call.Question.Options, _stop.Token).GetAsyncEnumerator(_stop.Token);

    /// <summary>Begins to read the next part.</summary>
    /// <returns>Whether it was there at once; otherwise <see cref="ReadAsync"/> waits for it.</returns>
    public async ValueTask<bool> TryReadAtOnceAsync()
    {
        HasCurrent = false;
        var next = Next();
        if (!next.IsCompletedSuccessfully)
        {
            _reading = next.AsTask();
            return false;
        }

        HasCurrent = await next.ConfigureAwait(false);
        return true;
    }

    /// <summary>Waits for the part that is being read; when the token is signalled, it is not waited for any more and the stream is stopped.</summary>
    public async ValueTask ReadAsync(CancellationToken within)
    {
        try
        {
            HasCurrent = await _reading!.WaitAsync(within).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (within.IsCancellationRequested)
        {
            // Not waited for: callbacks on the token are the client's code. What they throw is of no use to anybody here.
            _ = StopAsync();
            throw;
        }
    }

    /// <summary>Ends the stream, once. Completes when the client's code has ended.</summary>
    public Task CloseAsync() => _closed ??= CloseCoreAsync();

    public void Dispose() => _stop.Dispose();

    // Whatever the client's code does, it fails where it is awaited.
    private ValueTask<bool> Next()
    {
        try
        {
            return _updates!.MoveNextAsync();
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<bool>(exception);
        }
    }

    private async Task StopAsync() => await _stop.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task CloseCoreAsync()
    {
        if (_reading is { IsCompleted: false })
        {
            // It was left behind, and an enumerator must not be disposed while it reads. How it ends was told by then, or does not matter.
            await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_updates is not null)
        {
            await _updates.DisposeAsync().ConfigureAwait(false);
        }

        Dispose();
    }
}
