using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace AgentOrchestration;

/// <summary>Stands in for the core of .NET, which runs asynchronous continuations on the pool: here each is a task that Coyote schedules.</summary>
/// <remarks>Nothing within it is a choice of schedule, so each call is atomic. It ignores the context that Coyote sets: where agents run there is none.</remarks>
internal struct ManualResetValueTaskSourceCore<TResult>
{
    private Action<object?>? _continuation;
    private object? _state;
    private ExceptionDispatchInfo? _error;
    private TResult? _result;
    private bool _isCompleted;

    public bool RunContinuationsAsynchronously { get; set; }

    public short Version { get; private set; }

    public void Reset()
    {
        Version++;
        _continuation = null;
        _state = null;
        _error = null;
        _result = default;
        _isCompleted = false;
    }

    public void SetResult(TResult result)
    {
        _result = result;
        Complete();
    }

    public void SetException(Exception error)
    {
        _error = ExceptionDispatchInfo.Capture(error);
        Complete();
    }

    public readonly ValueTaskSourceStatus GetStatus(short token)
    {
        ThrowIfStale(token);
        return !_isCompleted ? ValueTaskSourceStatus.Pending
            : _error is null ? ValueTaskSourceStatus.Succeeded
            : _error.SourceException is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;
    }

    public readonly TResult GetResult(short token)
    {
        ThrowIfStale(token);
        _error?.Throw();
        return _isCompleted ? _result! : throw new InvalidOperationException("It has not completed.");
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        ThrowIfStale(token);
        if (_continuation is not null)
        {
            throw new InvalidOperationException("It is awaited already.");
        }

        _continuation = continuation;
        _state = state;
        if (_isCompleted)
        {
            Continue(isAsynchronous: true);
        }
    }

    private void Complete()
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException("It has completed already.");
        }

        _isCompleted = true;
        if (_continuation is not null)
        {
            Continue(RunContinuationsAsynchronously);
        }
    }

    // The source may be reset within, so everything is read before.
    private readonly void Continue(bool isAsynchronous)
    {
        var (continuation, state) = (_continuation!, _state);
        if (isAsynchronous)
        {
            _ = Task.Run(() => continuation(state));
        }
        else
        {
            continuation(state);
        }
    }

    private readonly void ThrowIfStale(short token)
    {
        if (token != Version)
        {
            throw new InvalidOperationException("It has been reset since.");
        }
    }
}
