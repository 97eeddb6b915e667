namespace AgentOrchestration.Locking;

/// <summary>What a set of requests comes to.</summary>
internal static class ResourceSet
{
    /// <summary>Each resource once, in its strongest mode, in the order given.</summary>
    public static ResourceRequest[] Normalise(IReadOnlyList<ResourceRequest> requests)
    {
        var set = new ResourceRequest[requests.Count];
        var count = 0;
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            var known = IndexOf(set.AsSpan(0, count), request.Key);
            if (known < 0)
                set[count++] = request;
            else if (request.Mode == ResourceMode.Exclusive)
                set[known] = request;
        }

        return count == set.Length ? set : set[..count];
    }

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
