namespace AgentOrchestration;

/// <summary>What can be seen on a surface at one moment. <see cref="ToString"/> prints no content.</summary>
/// <param name="Surface">The surface.</param>
/// <param name="Tree">
/// The accessibility tree as text: a line for each node, children two blanks further in: <c>- button "Save" [ref=e12]</c>. A reference is a selector on the same surface, <c>ref=e12</c>, until
/// the next observation; a node that keeps its role and name keeps its reference.
/// </param>
public sealed record UiObservation(string Surface, string Tree)
{
    /// <summary>Where the surface is, such as the page's address; null where surfaces have none.</summary>
    public string? Address { get; init; }

    /// <summary>The surface's title; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>Whether the tree was longer than asked for and was cut, at the end of a line.</summary>
    public bool IsCut { get; init; }

    /// <summary>A picture of what can be seen, if one was asked for; empty for none.</summary>
    public ReadOnlyMemory<byte> Screenshot { get; init; }

    /// <summary>What kind of picture it is, such as <c>image/png</c>; null for none.</summary>
    public string? ScreenshotMediaType { get; init; }

    /// <summary>Surface and sizes, no content.</summary>
    public override string ToString() => $"{nameof(UiObservation)} {{ {Surface}, {Tree.Length} characters{(IsCut ? ", cut" : "")}{(Screenshot.IsEmpty ? "" : ", screenshot")} }}";
}
