namespace AgentOrchestration.Sqlite;

/// <summary>Records to be appended.</summary>
internal sealed class AppendWork(StoreLease lease, IReadOnlyList<StoreRecord> records) : WriteWork
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreLeaseLostException? _refusal;

    public Task Done => _done.Task;

    public override int Records => records.Count;

    public override void Execute(WriteSession session) => _refusal = session.Append(lease, records);

    public override void Committed()
    {
        if (_refusal is null)
        {
            _done.TrySetResult();
        }
        else
        {
            _done.TrySetException(_refusal);
        }
    }

    public override void Failed(Exception exception) => _done.TrySetException(exception);
}
