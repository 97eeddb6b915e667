using System.Globalization;

namespace AgentOrchestration;

/// <summary>What a writer has seen under a key, so that it cannot overwrite what it has not. <c>default</c> is <see cref="Absent"/>; a version converts to it.</summary>
public readonly record struct ExpectedVersion
{
    private const long AnyVersion = -1;

    // 0 is no entry, which is what default must mean: a forgotten expectation refuses, it never overwrites.
    private readonly long _version;

    private ExpectedVersion(long version) => _version = version;

    /// <summary>There is no entry under the key.</summary>
    public static ExpectedVersion Absent => default;

    /// <summary>Whatever is there, seen or not: the last writer wins.</summary>
    public static ExpectedVersion Any => new(AnyVersion);

    /// <summary>Exactly this version; 0 is <see cref="Absent"/>.</summary>
    /// <param name="version"><see cref="KnowledgeEntry.Version"/> as it was read; from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is negative.</exception>
    public static ExpectedVersion Of(long version)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        return new ExpectedVersion(version);
    }

    /// <summary><see cref="Of"/>.</summary>
    public static implicit operator ExpectedVersion(long version) => Of(version);

    /// <summary>Whether this is what is there.</summary>
    /// <param name="current">What is under the key; null for nothing.</param>
    public bool Allows(KnowledgeEntry? current) => _version == AnyVersion || _version == (current?.Version ?? 0);

    /// <summary><c>absent</c>, <c>any</c> or <c>version 3</c>.</summary>
    public override string ToString() => _version switch
    {
        0 => "absent",
        AnyVersion => "any",
        _ => string.Create(CultureInfo.InvariantCulture, $"version {_version}"),
    };
}
