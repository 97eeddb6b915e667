namespace AgentOrchestration.Files;

/// <summary>What is known of files that are being written, and of those written last. Thread-safe.</summary>
/// <remarks>
/// Bounded: of the files that nobody writes at the moment, the <paramref name="capacity"/> written last are remembered. Of a file that is forgotten it can no longer be said
/// who wrote it; that stale holders are refused does not depend on it, for they hold the file no more.
/// </remarks>
internal sealed class FileLedger(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, FileRecord> _records = [];

    // Those that nobody uses, longest unused first.
    private readonly LinkedList<FileRecord> _resting = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _records.Count;
        }
    }

    /// <summary>The record of a file, which stays the same one until everybody who rented it has returned it.</summary>
    public FileRecord Rent(ResourceKey file)
    {
        lock (_gate)
        {
            if (!_records.TryGetValue(file, out var record))
                _records.Add(file, record = new FileRecord(file));
            if (record.Users++ == 0 && record.Place is { } place)
            {
                _resting.Remove(place);
                record.Place = null;
            }

            return record;
        }
    }

    public void Return(FileRecord record)
    {
        lock (_gate)
        {
            if (--record.Users > 0)
                return;

            if (record.LastWrite is null)
            {
                _records.Remove(record.File);
                return;
            }

            record.Place = _resting.AddLast(record);
            if (_resting.Count > capacity)
            {
                _records.Remove(_resting.First!.Value.File);
                _resting.RemoveFirst();
            }
        }
    }
}
