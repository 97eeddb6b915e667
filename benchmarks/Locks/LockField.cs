namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>All who take part in one question, with the dictionaries filled.</summary>
internal sealed class LockField : IAsyncDisposable
{
    public LockField(int files)
    {
        var known = LockKeys.Files(files);
        All = [Bare, Dictionary, Keyed<NitoLocks, Nito.AsyncEx.AsyncLock>(), Keyed<DotNextExclusiveLocks, DotNext.Threading.AsyncExclusiveLock>(),
            Keyed<DotNextReaderWriterLocks, DotNext.Threading.AsyncReaderWriterLock>(), Keyed<NeoSmartLocks, NeoSmart.AsyncLock.AsyncLock>(),
            Keyed<VisualStudioSemaphores, VisualStudioSemaphores.One>(), SetInLock, Ours];
        Dictionary.Add(known);

        TContestant Keyed<TContestant, TLock>()
            where TContestant : KeyedContestant<TLock>, new()
            where TLock : class, new()
        {
            var contestant = new TContestant();
            contestant.Add(known);
            return contestant;
        }
    }

    public BareSemaphore Bare { get; } = new();

    public KeyedSemaphores Dictionary { get; } = new();

    public ReaderWriterLockAndSet SetInLock { get; } = new();

    public AgentLocks Ours { get; } = new();

    public IReadOnlyList<LockContestant> All { get; }

    public async ValueTask DisposeAsync()
    {
        SetInLock.Dispose();
        await Ours.DisposeAsync();
    }
}
