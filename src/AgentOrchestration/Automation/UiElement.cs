namespace AgentOrchestration;

/// <summary>One element of a user interface: the surface it is on, and how it is found there. Immutable; compared by both, case-sensitively.</summary>
public sealed record UiElement
{
    /// <summary>The name of the surface where none is given.</summary>
    public const string DefaultSurface = "default";

    /// <summary>An element.</summary>
    /// <param name="selector">How the adapter finds it, such as <c>#submit-button</c>, or <c>ref=e12</c> from an observation; not blank.</param>
    /// <param name="surface">The window, page or screen it is on; not blank.</param>
    public UiElement(string selector, string surface = DefaultSurface)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(selector);
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        Selector = selector;
        Surface = surface;
    }

    /// <summary>How the adapter finds it. A name, not content: messages and events show it.</summary>
    public string Selector { get; }

    /// <summary>The window, page or screen it is on.</summary>
    public string Surface { get; }

    /// <summary>Selector and surface.</summary>
    public override string ToString() => $"{Selector} on {Surface}";
}
