namespace AgentOrchestration;

/// <summary>What came of an action beside its effect. <see cref="ToString"/> prints no content.</summary>
public sealed record UiActionResult
{
    /// <summary>Where the surface is after the action, such as the page's address; null where surfaces have none.</summary>
    public string? Address { get; init; }

    /// <summary>Surfaces that the action opened, such as popups, by the names under which they can be used.</summary>
    public IReadOnlyList<string> OpenedSurfaces { get; init; } = [];

    /// <summary>Dialogs that came up, by their text, and were answered as the adapter is set.</summary>
    public IReadOnlyList<string> Dialogs { get; init; } = [];

    /// <summary>Files that were downloaded, by their paths.</summary>
    public IReadOnlyList<string> Downloads { get; init; } = [];

    /// <summary>Counts, no content.</summary>
    public override string ToString() => $"{nameof(UiActionResult)} {{ {OpenedSurfaces.Count} surfaces opened, {Dialogs.Count} dialogs, {Downloads.Count} downloads }}";
}
