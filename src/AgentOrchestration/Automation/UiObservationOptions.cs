namespace AgentOrchestration;

/// <summary>What of a surface is wanted.</summary>
public sealed record UiObservationOptions
{
    /// <summary>Characters of the tree; what is beyond them is left out.</summary>
    /// <value>From 100. Default: 20,000.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is less.</exception>
    public int MaxCharacters
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 100);
            field = value;
        }
    } = 20_000;

    /// <summary>The element whose part of the tree is wanted, on the surface that is observed; null for all of it.</summary>
    public string? Within { get; init; }

    /// <summary>Whether a picture is wanted. Default: false.</summary>
    public bool Screenshot { get; init; }
}
