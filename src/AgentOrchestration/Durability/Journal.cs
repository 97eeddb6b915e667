using System.Diagnostics;

namespace AgentOrchestration.Durability;

/// <summary>The way from what was decided to the store: takes facts in their order under any gate, and writes what has gathered as one batch, in the background.</summary>
/// <remarks>
/// It fails once and for all: when the store cannot be used, when the lease is lost, or when no sign of life could be given for the lease's duration. Then every wait for durability fails, nothing
/// is written any more, and whoever made it is told, once.
/// </remarks>
internal sealed class Journal : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiters = new();
    private readonly IOrchestrationStore _store;
    private readonly DurabilityOptions _options;
    private readonly TimeProvider _time;
    private readonly string _holder;
    private List<JournalEntry> _pending = [];
    private List<JournalEntry> _writing = [];
    private long _appended;
    private long _durable;
    private bool _isWriting;
    private TaskCompletionSource? _idle;
    private Exception? _failure;
    private readonly HashSet<string> _failedStreams = new(StringComparer.Ordinal);
    private Task<StoreLease>? _opening;
    private StoreLease? _lease;
    private ITimer? _renewal;
    private long _renewedAt;
    private int _renewing;
    private bool _isClosed;

    public Journal(IOrchestrationStore store, DurabilityOptions options, TimeProvider time, string holder)
    {
        _store = store;
        _options = options;
        _time = time;
        _holder = holder;
    }

    /// <summary>Told once when the journal fails, on the pool.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Told when one stream can no longer be written, on the pool: it belongs to somebody else, was deleted, or holds what cannot be written.</summary>
    public Action<string, Exception>? StreamFailed { get; set; }

    public IOrchestrationStore Store => _store;

    public DurabilityOptions Options => _options;

    /// <summary>The place behind everything appended so far.</summary>
    public long Position => Volatile.Read(ref _appended);

    /// <summary>Takes the lease, once. Until then nothing may be appended.</summary>
    public async ValueTask<StoreLease> OpenAsync(CancellationToken cancellationToken)
    {
        Task<StoreLease> opening;
        lock (_gate)
        {
            ThrowIfFailedLocked();
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_opening is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _opening = Task.Run(TakeLeaseAsync, CancellationToken.None);
            }

            opening = _opening;
        }

        return await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a fact. May be called under any gate.</summary>
    /// <param name="entry">The fact.</param>
    /// <param name="other">Another one that is kept together with it, or not at all.</param>
    public void Append(JournalEntry entry, JournalEntry? other = null)
    {
        lock (_gate)
        {
            if (_failure is not null || _isClosed)
            {
                return;
            }

            Debug.Assert(_opening is { IsCompletedSuccessfully: true }, "A journal is opened before anything is accepted.");
            _pending.Add(entry);
            if (other is not null)
            {
                _pending.Add(other);
            }

            Volatile.Write(ref _appended, _appended + 1);
            if (!_isWriting)
            {
                _isWriting = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }
    }

    /// <summary>Completes when everything before this place is durable; faults with the journal.</summary>
    public Task WhenDurableAsync(long position)
    {
        lock (_gate)
        {
            if (position <= _durable)
            {
                return Task.CompletedTask;
            }

            if (_failure is not null)
            {
                return Task.FromException(FailureLocked());
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(waiter, position);
            return waiter.Task;
        }
    }

    /// <summary>Everything appended so far is durable, or the journal has failed.</summary>
    public Task WhenDurableAsync() => WhenDurableAsync(Position);

    /// <summary>Writes what is left, ends the lease, and takes nothing any more.</summary>
    public async ValueTask CloseAsync()
    {
        Task idle;
        Task<StoreLease>? opening;
        ITimer? renewal;
        lock (_gate)
        {
            _isClosed = true;
            opening = _opening;
            renewal = _renewal;
            idle = _isWriting ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }

        await idle.ConfigureAwait(false);
        if (renewal is not null)
        {
            await renewal.DisposeAsync().ConfigureAwait(false);
        }

        if (opening is not null)
        {
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_lease is { } lease && !HasFailed)
        {
            try
            {
                await _store.EndLeaseAsync(lease).ConfigureAwait(false);
            }
            catch (StoreException)
            {
                // Everything is written. Others wait until the lease ends by itself, as they would for a process that died.
            }
        }
    }

    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    /// <summary>Fails once and for all.</summary>
    public void Fail(Exception exception)
    {
        List<TaskCompletionSource> waiters = [];
        Exception failure;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            Volatile.Write(ref _failure, exception);
            failure = FailureLocked();
            _pending.Clear();
            while (_waiters.TryDequeue(out var waiter, out _))
            {
                waiters.Add(waiter);
            }
        }

        waiters.ForEach(waiter => waiter.TrySetException(failure));
        Failed?.Invoke(exception);
    }

    private async Task<StoreLease> TakeLeaseAsync()
    {
        var before = _time.GetTimestamp();
        var lease = await _store.AcquireLeaseAsync(_holder, _options.LeaseDuration).ConfigureAwait(false);
        var interval = _options.LeaseDuration / 3;
        var timer = _time.CreateTimer(static state => ((Journal)state!).RenewSoon(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            _lease = lease;
            _renewedAt = before;
            _renewal = timer;
        }

        timer.Change(interval, interval);
        return lease;
    }

    private void RenewSoon()
    {
        if (Interlocked.Exchange(ref _renewing, 1) == 0)
        {
            _ = Task.Run(RenewAsync);
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            StoreLease lease;
            lock (_gate)
            {
                if (_failure is not null || _isClosed)
                {
                    return;
                }

                lease = _lease!;
            }

            var before = _time.GetTimestamp();
            try
            {
                if (!await _store.RenewLeaseAsync(lease).ConfigureAwait(false))
                {
                    Fail(new StoreLeaseLostException(lease));
                    return;
                }

                Volatile.Write(ref _renewedAt, before);
            }
            catch (StoreException exception)
            {
                // From the moment in which others may take over, nothing may run here any more.
                if (_time.GetElapsedTime(Volatile.Read(ref _renewedAt)) >= _options.LeaseDuration)
                {
                    Fail(exception);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _renewing, 0);
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            List<JournalEntry> batch;
            long position;
            lock (_gate)
            {
                if (_pending.Count == 0)
                {
                    _isWriting = false;
                    _idle?.TrySetResult();
                    return;
                }

                (batch, _pending, _writing) = (_pending, _writing, _pending);
                position = _appended;
            }

            try
            {
                await AppendAsync(batch).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // A store is the host's code; whatever it throws means that nothing can be kept any more.
                Fail(exception);
            }

            batch.Clear();
            if (HasFailed)
            {
                continue;
            }

            List<TaskCompletionSource> durable = [];
            lock (_gate)
            {
                _durable = position;
                while (_waiters.TryPeek(out var waiter, out var wanted) && wanted <= position)
                {
                    durable.Add(waiter);
                    _waiters.Dequeue();
                }
            }

            durable.ForEach(static waiter => waiter.TrySetResult());
        }
    }

    private async ValueTask AppendAsync(List<JournalEntry> batch)
    {
        var lease = _lease!;
        var records = Write(batch);
        var start = _time.GetTimestamp();
        for (var delay = TimeSpan.FromMilliseconds(10); records.Count > 0; delay = delay < TimeSpan.FromSeconds(1) ? delay * 2 : delay)
        {
            try
            {
                await _store.AppendAsync(lease, records).ConfigureAwait(false);
                return;
            }
            catch (StoreLeaseLostException lost) when (lost.Stream is { } stream)
            {
                GiveUp(stream, records, lost);
            }
            catch (StoreException exception) when (exception.IsTransient && _time.GetElapsedTime(start) < _options.RetryPeriod)
            {
                await Task.Delay(delay, _time).ConfigureAwait(false);
            }
        }
    }

    private List<StoreRecord> Write(List<JournalEntry> batch)
    {
        var records = new List<StoreRecord>(batch.Count);
        foreach (var entry in batch)
        {
            if (_failedStreams.Contains(entry.Stream))
            {
                continue;
            }

            try
            {
                var record = entry.ToRecord();
                records.Add(_options.Protector is { } protector ? record with { Data = protector.Protect(record) } : record);
            }
            catch (Exception exception)
            {
                // What it holds, or the host's protector, is at fault: that concerns its own stream alone, of which nothing more is written.
                GiveUp(entry.Stream, records, exception);
            }
        }

        return records;
    }

    // Only the writer comes here, one batch after the other.
    private void GiveUp(string stream, List<StoreRecord> records, Exception exception)
    {
        _failedStreams.Add(stream);
        records.RemoveAll(record => string.Equals(record.Stream, stream, StringComparison.Ordinal));
        StreamFailed?.Invoke(stream, exception);
    }

    private void ThrowIfFailedLocked()
    {
        if (_failure is not null)
        {
            throw FailureLocked();
        }
    }

    private StoreException FailureLocked() => new(
        $"The orchestrator's store failed, and what it accepted since can no longer be kept: {_failure!.Message} Dispose the orchestrator, mend the store and make a new one: it goes on with what was recorded.",
        isTransient: false,
        _failure);
}
