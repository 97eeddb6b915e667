namespace AgentOrchestration.Sqlite;

/// <summary>Something with a result.</summary>
internal sealed class WriteWork<T>(Func<WriteSession, T> run, bool freesRoom) : WriteWork
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private StoreLeaseLostException? _refusal;

    public Task<T> Done => _done.Task;

    public override bool HasDeleted => freesRoom;

    public override void Execute(WriteSession session)
    {
        _refusal = null;
        try
        {
            _result = run(session);
        }
        catch (StoreLeaseLostException refusal)
        {
            // It alone; the others in the transaction have nothing to do with it.
            _refusal = refusal;
        }
    }

    public override void Committed()
    {
        if (_refusal is null)
        {
            _done.TrySetResult(_result);
        }
        else
        {
            _done.TrySetException(_refusal);
        }
    }

    public override void Failed(Exception exception) => _done.TrySetException(exception);
}
