namespace AgentOrchestration;

/// <summary>What a writer has seen of a file, so that it cannot overwrite what it has not. <c>default</c> is <see cref="Absent"/>; a version converts to it.</summary>
public readonly record struct ExpectedFileVersion
{
    private readonly FileVersion _version;
    private readonly bool _isAny;

    private ExpectedFileVersion(FileVersion version, bool isAny) => (_version, _isAny) = (version, isAny);

    /// <summary>There is no file: the write creates it.</summary>
    public static ExpectedFileVersion Absent => default;

    /// <summary>Whatever is there, seen or not: the last writer wins.</summary>
    public static ExpectedFileVersion Any => new(default, isAny: true);

    internal bool IsAny => _isAny;

    /// <summary>Exactly this version.</summary>
    /// <param name="version">As it was read; <see cref="FileVersion.Absent"/> is <see cref="Absent"/>.</param>
    public static ExpectedFileVersion Of(FileVersion version) => new(version, isAny: false);

    /// <summary><see cref="Of"/>.</summary>
    public static implicit operator ExpectedFileVersion(FileVersion version) => Of(version);

    /// <summary>Whether this is what is there.</summary>
    /// <param name="found">What is there.</param>
    public bool Allows(FileVersion found) => _isAny || _version == found;

    /// <summary><c>any</c>, <c>absent</c>, or the version.</summary>
    public override string ToString() => _isAny ? "any" : _version.ToString();
}
