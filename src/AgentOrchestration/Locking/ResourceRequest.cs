using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Which resource is wanted, and how.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Mode">Alone or beside other readers.</param>
public readonly record struct ResourceRequest(ResourceKey Key, ResourceMode Mode = ResourceMode.Exclusive)
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromDays(49);

    // Not a nullable duration: a request is copied on its way, and every acquisition would pay for leases that few want.
    private readonly uint _leaseMilliseconds;

    /// <summary>How long the resource may be held, from the moment its holder goes on; null for as long as the holder likes.</summary>
    /// <value>Above zero, up to 49 days, in milliseconds, rounded up. Default: null.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    /// <remarks>
    /// When it has run out the hold ends by itself: <see cref="ResourceGuard.Lost"/> is signalled and the next in line has the resource. It runs on while the holder waits or
    /// is paused. A set ends as one, by the shortest lease in it. <see cref="ResourceGuard.TryRenew"/> starts it anew.
    /// </remarks>
    public TimeSpan? Lease
    {
        get => _leaseMilliseconds == 0 ? null : TimeSpan.FromMilliseconds(_leaseMilliseconds);
        init
        {
            if (value is { } lease && (lease <= TimeSpan.Zero || lease > LongestLease))
                throw new ArgumentOutOfRangeException(nameof(value), lease, $"A lease is above zero and at most {LongestLease.TotalDays} days; null holds the resource until its guard is disposed.");

            _leaseMilliseconds = value is { } length ? (uint)Math.Ceiling(length.TotalMilliseconds) : 0;
        }
    }

    /// <summary>The lease; 0 for none.</summary>
    internal uint LeaseMilliseconds => _leaseMilliseconds;

    /// <summary>Whether two holders could not have both of them at the same time.</summary>
    public bool ConflictsWith(ResourceRequest other) =>
        (Mode == ResourceMode.Exclusive || other.Mode == ResourceMode.Exclusive) && (Key == other.Key || Key.Covers(other.Key) || other.Key.Covers(Key));

    /// <summary>The named resource, exclusively.</summary>
    public static ResourceRequest Exclusive(string name) => new(ResourceKey.Named(name));

    /// <summary>The named resource, shared.</summary>
    public static ResourceRequest Shared(string name) => new(ResourceKey.Named(name), ResourceMode.Shared);
}

/// <summary>How a resource is held.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ResourceMode>))]
public enum ResourceMode
{
    /// <summary>By one holder alone.</summary>
    Exclusive,

    /// <summary>By any number of holders, none of them exclusive.</summary>
    Shared,
}
