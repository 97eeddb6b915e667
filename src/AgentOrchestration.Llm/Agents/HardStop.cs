using System.Runtime.ExceptionServices;

namespace AgentOrchestration.Llm.Agents;

/// <summary>
/// Ends the tool loop for good. The loop turns what tools throw into results for the model; what must end the agent is kept here, cancels the loop, and is rethrown after it.
/// </summary>
internal sealed class HardStop(AgentContext context) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
    private ExceptionDispatchInfo? _kept;

    public CancellationToken Token => _stop.Token;

    /// <summary>Whether a tool may not be allowed to fail with this and go on.</summary>
    public bool IsHard(Exception exception) =>
        exception is BudgetExceededException or ResourceDeadlockException or AgentFailureException || (exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested);

    /// <summary>Keeps the first of them and stops the loop.</summary>
    public void Keep(Exception exception)
    {
        if (Interlocked.CompareExchange(ref _kept, ExceptionDispatchInfo.Capture(exception), null) is null)
        {
            // Signalled when this returns; its callbacks run on the pool.
            _ = _stop.CancelAsync().ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public void ThrowIfKept() => Volatile.Read(ref _kept)?.Throw();

    public void Dispose() => _stop.Dispose();
}
