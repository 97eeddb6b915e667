using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AgentOrchestration.Locking;

/// <summary>A part of the lock table with a gate of its own: a small hash table of entries, and the entries and grants that wait for reuse.</summary>
/// <remarks>
/// The gate is one word, taken by compare-and-swap and given back by a plain release write, because a <see cref="Lock"/> alone costs half of what a whole acquire and
/// release may cost here. It is held for some ten instructions, never across anything foreign; whoever finds it taken spins and then yields its processor.
/// </remarks>
internal sealed class LockStripe(ResourceLockTable table, int index)
{
    // Both bound what stays behind after a peak.
    private const int MinBuckets = 4;
    private const int MaxFree = 32;

    private int _gate;
    private ResourceEntry?[] _buckets = new ResourceEntry?[MinBuckets];
    private int _count;
    private ResourceEntry? _freeEntries;
    private int _freeEntryCount;
    private ResourceGrant? _freeGrants;
    private int _freeGrantCount;

    public int Index { get; } = index;

    public int Count => _count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            EnterContended();
    }

    public void Exit() => Volatile.Write(ref _gate, 0);

    public ResourceEntry? Find(in ResourceKey key)
    {
        AssertHeld();
        var entry = _buckets[Bucket(key.GetHashCode())];
        while (entry is not null && !entry.KeyReference.Equals(key))
            entry = entry.NextInBucket;
        return entry;
    }

    public ResourceEntry Add(in ResourceKey key)
    {
        AssertHeld();
        if (_count >= _buckets.Length)
            Resize(_buckets.Length * 2);

        var entry = _freeEntries;
        if (entry is null)
        {
            entry = new ResourceEntry(table, this);
        }
        else
        {
            _freeEntries = entry.NextInBucket;
            _freeEntryCount--;
        }

        entry.Key = key;
        ref var bucket = ref _buckets[Bucket(key.GetHashCode())];
        entry.NextInBucket = bucket;
        bucket = entry;
        _count++;
        return entry;
    }

    public void RemoveIfIdle(ResourceEntry entry)
    {
        AssertHeld();
        if (!entry.IsIdle)
            return;

        ref var bucket = ref _buckets[Bucket(entry.KeyReference.GetHashCode())];
        if (ReferenceEquals(bucket, entry))
        {
            bucket = entry.NextInBucket;
        }
        else
        {
            var before = bucket!;
            while (!ReferenceEquals(before.NextInBucket, entry))
                before = before.NextInBucket!;
            before.NextInBucket = entry.NextInBucket;
        }

        _count--;
        if (_count < _buckets.Length / 8 && _buckets.Length > MinBuckets * 4)
            Resize(_buckets.Length / 4);
        if (_freeEntryCount >= MaxFree)
            return;

        entry.NextInBucket = _freeEntries;
        _freeEntries = entry;
        _freeEntryCount++;
    }

    public ResourceGrant RentGrant(ResourceEntry entry)
    {
        AssertHeld();
        var grant = entry.Primary;
        if (grant.IsActive)
        {
            grant = _freeGrants;
            if (grant is null)
            {
                grant = new ResourceGrant(table, this);
            }
            else
            {
                _freeGrants = grant.Next;
                grant.Next = null;
                _freeGrantCount--;
            }

            grant.Entry = entry;
        }

        grant.IsActive = true;
        return grant;
    }

    public CancellationTokenSource? ReturnGrant(ResourceGrant grant)
    {
        AssertHeld();
        var lost = grant.End();
        if (!ReferenceEquals(grant, grant.Entry.Primary) && _freeGrantCount < MaxFree)
        {
            grant.Next = _freeGrants;
            _freeGrants = grant;
            _freeGrantCount++;
        }

        return lost;
    }

    /// <summary>Every entry, in no order. The gate is held by the caller for the whole enumeration.</summary>
    public EntryEnumerator Entries() => new(_buckets);

    [Conditional("DEBUG")]
    private void AssertHeld() => Debug.Assert(Volatile.Read(ref _gate) == 1, "The stripe's gate is held.");

    // The low bits choose the stripe.
    private int Bucket(int hash) => (hash >>> ResourceLockTable.StripeBits) & (_buckets.Length - 1);

    private void EnterContended()
    {
        var spinner = default(SpinWait);
        do
        {
            // Never sleeps: the gate is free again after some instructions, or as soon as its holder gets a processor.
            spinner.SpinOnce(sleep1Threshold: -1);
        }
        while (Volatile.Read(ref _gate) != 0 || Interlocked.CompareExchange(ref _gate, 1, 0) != 0);
    }

    private void Resize(int length)
    {
        var old = _buckets;
        _buckets = new ResourceEntry?[length];
        foreach (var first in old)
        {
            for (var entry = first; entry is not null;)
            {
                var next = entry.NextInBucket;
                ref var bucket = ref _buckets[Bucket(entry.KeyReference.GetHashCode())];
                entry.NextInBucket = bucket;
                bucket = entry;
                entry = next;
            }
        }
    }

    public struct EntryEnumerator(ResourceEntry?[] buckets)
    {
        private int _next;

        public ResourceEntry Current { get; private set; } = null!;

        public readonly EntryEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            var entry = Current?.NextInBucket;
            while (entry is null && _next < buckets.Length)
                entry = buckets[_next++];
            Current = entry!;
            return entry is not null;
        }
    }
}
