namespace AgentOrchestration.Locking;

/// <summary>What a set of requests comes to.</summary>
internal static class ResourceSet
{
    /// <summary>Each resource once, in its strongest mode and with its shortest lease, in the order given.</summary>
    /// <param name="requests">What was asked for.</param>
    /// <param name="set">Takes the result; as long as <paramref name="requests"/> was.</param>
    /// <returns>How many there are in the set.</returns>
    public static int Normalise(IReadOnlyList<ResourceRequest> requests, Span<ResourceRequest> set)
    {
        var count = 0;
        for (var i = 0; i < set.Length; i++)
        {
            var request = requests[i];
            var known = IndexOf(set[..count], request.Key);
            if (known < 0)
                set[count++] = request;
            else
                set[known] = new ResourceRequest(request.Key, Stronger(set[known].Mode, request.Mode)) { Lease = Shorter(set[known].Lease, request.Lease) };
        }

        return count;
    }

    /// <summary>The shortest lease of the set, by which it ends as one; 0 if none has one.</summary>
    public static uint LeaseMilliseconds(ReadOnlySpan<ResourceRequest> set)
    {
        var shortest = 0U;
        foreach (ref readonly var request in set)
        {
            // Zero is the longest: one less is the largest number there is.
            if (request.LeaseMilliseconds - 1 < shortest - 1)
                shortest = request.LeaseMilliseconds;
        }

        return shortest;
    }

    private static ResourceMode Stronger(ResourceMode one, ResourceMode other) => one == ResourceMode.Exclusive ? one : other;

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one < other || other is null ? one : other;

    private static int IndexOf(ReadOnlySpan<ResourceRequest> set, in ResourceKey key)
    {
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i].Key.Equals(key))
                return i;
        }

        return -1;
    }
}
