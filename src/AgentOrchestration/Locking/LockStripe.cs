using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AgentOrchestration.Locking;

/// <summary>A part of the lock table with a gate of its own: a small hash table of entries, and the entries and grants that wait for reuse.</summary>
/// <remarks>
/// <para>The first entry of a bucket stays there when it is idle, for whatever resource comes next: so a resource that is alone in its bucket is taken and released without
/// linking anything. The table is small while little is held, and with it what is read, however many resources there are.</para>
/// <para>
/// The gate is one word, taken by compare-and-swap and given back by a plain release write, because a <see cref="Lock"/> alone costs half of what a whole acquire and
/// release may cost here. It is held for some ten instructions, never across anything foreign; whoever finds it taken spins and then yields its processor.
/// </para>
/// </remarks>
internal sealed class LockStripe(ResourceLockTable table, int index)
{
    // What stays behind after a peak.
    private const int MaxIdleBuckets = 4;
    private const int MaxFree = 32;

    private int _gate;
    private ResourceEntry?[] _buckets = new ResourceEntry?[1];
    private int _count;
    private ResourceEntry? _freeEntries;
    private int _freeEntryCount;
    private ResourceGrant? _freeGrants;
    private int _freeGrantCount;

    public int Index { get; } = index;

    public int Count => _count;

    /// <summary>Entries with a queue. Used with the wait gate held only.</summary>
    public int AwaitedCount { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            EnterContended();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _gate, 0);

    /// <summary>The entry of a resource that somebody holds or waits for; null if nobody does.</summary>
    public ResourceEntry? Find(in ResourceKey key)
    {
        AssertHeld();
        var first = _buckets[Bucket(key.GetHashCode())];
        return first is null || (first.IsIdle && first.NextInBucket is null) ? null : FindFrom(first, key);
    }

    /// <summary>An entry that nobody uses, if it is free for this resource without looking further; null says nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ResourceEntry? FindIdle(in ResourceKey key)
    {
        AssertHeld();
        var first = _buckets[Bucket(key.GetHashCode())];
        return first is { IsIdle: true, NextInBucket: null } ? first : null;
    }

    /// <summary>The hold that the resource would have if it were alone in its bucket, to be looked at without the gate; it may be of another resource, or none.</summary>
    public ResourceGrant? PeekPrimary(in ResourceKey key)
    {
        var buckets = _buckets;
        return buckets[Bucket(buckets, key.GetHashCode())]?.Primary;
    }

    /// <summary>Makes what <see cref="FindIdle"/> found stand for this resource. It is to be held or waited for before the gate is given back.</summary>
    public void Use(ResourceEntry entry, in ResourceKey key)
    {
        AssertHeld();
        _count++;
        entry.Rename(key);
    }

    /// <summary>An entry for a resource that has none. It is to be held or waited for before the gate is given back.</summary>
    public ResourceEntry Add(in ResourceKey key)
    {
        AssertHeld();
        var first = _buckets[Bucket(key.GetHashCode())];
        if (first is null || !first.IsIdle)
            return AddBehind(key);

        Use(first, key);
        return first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RemoveIfIdle(ResourceEntry entry)
    {
        AssertHeld();
        if (!entry.IsIdle)
            return;

        _count--;
        if (_buckets.Length > MaxIdleBuckets || !ReferenceEquals(_buckets[Bucket(entry.KeyReference.GetHashCode())], entry))
            Tidy(entry);
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

    /// <summary>Every entry that somebody holds or waits for, in no order. The gate is held by the caller for the whole enumeration.</summary>
    public EntryEnumerator Entries() => new(_buckets);

    [Conditional("DEBUG")]
    private void AssertHeld() => Debug.Assert(Volatile.Read(ref _gate) == 1, "The stripe's gate is held.");

    private int Bucket(int hash) => Bucket(_buckets, hash);

    // The low bits choose the stripe.
    private static int Bucket(ResourceEntry?[] buckets, int hash) => (hash >>> ResourceLockTable.StripeBits) & (buckets.Length - 1);

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

    private static ResourceEntry? FindFrom(ResourceEntry first, in ResourceKey key)
    {
        var entry = first.IsIdle ? first.NextInBucket : first;
        while (entry is not null && !entry.KeyReference.Equals(key))
            entry = entry.NextInBucket;
        return entry;
    }

    private ResourceEntry AddBehind(in ResourceKey key)
    {
        if (_count >= _buckets.Length)
        {
            Resize(_buckets.Length * 2);
            if (_buckets[Bucket(key.GetHashCode())] is { IsIdle: true })
                return Add(key);
        }

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

        entry.NextInBucket = null;
        entry.Rename(key);
        Insert(entry);
        _count++;
        return entry;
    }

    private void Insert(ResourceEntry entry)
    {
        ref var bucket = ref _buckets[Bucket(entry.KeyReference.GetHashCode())];
        if (bucket is null)
        {
            bucket = entry;
        }
        else
        {
            entry.NextInBucket = bucket.NextInBucket;
            bucket.NextInBucket = entry;
        }
    }

    // After an entry has become idle: one that is not the first of its bucket goes, and buckets that are not needed any more.
    private void Tidy(ResourceEntry entry)
    {
        var before = _buckets[Bucket(entry.KeyReference.GetHashCode())]!;
        if (!ReferenceEquals(before, entry))
        {
            while (!ReferenceEquals(before.NextInBucket, entry))
                before = before.NextInBucket!;
            before.NextInBucket = entry.NextInBucket;
            Keep(entry);
        }

        if (_count < _buckets.Length / 8 && _buckets.Length > MaxIdleBuckets)
            Resize(_buckets.Length / 4);
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
                entry.NextInBucket = null;
                if (entry.IsIdle)
                    Keep(entry);
                else
                    Insert(entry);
                entry = next;
            }
        }
    }

    private void Keep(ResourceEntry entry)
    {
        entry.NextInBucket = null;
        if (_freeEntryCount >= MaxFree)
            return;

        entry.NextInBucket = _freeEntries;
        _freeEntries = entry;
        _freeEntryCount++;
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
            {
                entry = buckets[_next++];
                if (entry is { IsIdle: true })
                    entry = entry.NextInBucket;
            }

            Current = entry!;
            return entry is not null;
        }
    }
}
