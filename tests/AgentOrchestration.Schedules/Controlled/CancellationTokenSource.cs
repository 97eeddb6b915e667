namespace AgentOrchestration;

/// <summary>Stands in for the source whose callbacks would run on the pool: here a task that Coyote schedules runs them.</summary>
internal class CancellationTokenSource : IDisposable
{
    private readonly System.Threading.CancellationTokenSource _source;

    public CancellationTokenSource()
        : this(new System.Threading.CancellationTokenSource())
    {
    }

    private CancellationTokenSource(System.Threading.CancellationTokenSource source) => _source = source;

    public CancellationToken Token => _source.Token;

    public bool IsCancellationRequested => _source.IsCancellationRequested;

    public static CancellationTokenSource CreateLinkedTokenSource(CancellationToken token) => new(System.Threading.CancellationTokenSource.CreateLinkedTokenSource(token));

    public static System.Threading.CancellationTokenSource CreateLinkedTokenSource(CancellationToken one, CancellationToken other) =>
        System.Threading.CancellationTokenSource.CreateLinkedTokenSource(one, other);

    public void Cancel() => _source.Cancel();

    // The real one is cancelled when the call returns; only the callbacks come later, and who registers meanwhile is called at once.
    public Task CancelAsync() => Task.Run(_source.Cancel);

    public void Dispose()
    {
        _source.Dispose();
        GC.SuppressFinalize(this);
    }
}
