namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>All who take part in one question, with the dictionaries filled.</summary>
internal sealed class LockField : IAsyncDisposable
{
    public LockField(int files)
    {
        var known = LockKeys.Files(files);
        Dictionary.Add(known);
        Nito.Add(known);
        DotNextExclusive.Add(known);
        DotNextReaderWriter.Add(known);
        NeoSmart.Add(known);
        VisualStudio.Add(known);
    }

    public BareSemaphore Bare { get; } = new();

    public KeyedSemaphores Dictionary { get; } = new();

    public NitoLocks Nito { get; } = new();

    public DotNextExclusiveLocks DotNextExclusive { get; } = new();

    public DotNextReaderWriterLocks DotNextReaderWriter { get; } = new();

    public NeoSmartLocks NeoSmart { get; } = new();

    public VisualStudioSemaphores VisualStudio { get; } = new();

    public ReaderWriterLockAndSet SetInLock { get; } = new();

    public AgentLocks Ours { get; } = new();

    /// <summary>Everybody, this library last.</summary>
    public IReadOnlyList<LockContestant> All => [Bare, Dictionary, Nito, DotNextExclusive, DotNextReaderWriter, NeoSmart, VisualStudio, SetInLock, Ours];

    public async ValueTask DisposeAsync()
    {
        SetInLock.Dispose();
        await Ours.DisposeAsync();
    }
}
