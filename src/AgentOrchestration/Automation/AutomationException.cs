namespace AgentOrchestration;

/// <summary>Something could not be done to a user interface. The message says what, where and what to do; it holds no content.</summary>
public sealed class AutomationException : AgentOrchestrationException
{
    /// <summary>For adapters.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="message">The same in words, and what to do; without content of the surface.</param>
    /// <param name="surface">The surface.</param>
    /// <param name="element">The element, if it is about one.</param>
    /// <param name="innerException">What the adapter was told; it may hold content.</param>
    public AutomationException(AutomationErrorKind kind, string message, string surface, UiElement? element = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Surface = surface;
        Element = element;
    }

    /// <summary>Why.</summary>
    public AutomationErrorKind Kind { get; }

    /// <summary>The surface.</summary>
    public string Surface { get; }

    /// <summary>The element; null where it is about none.</summary>
    public UiElement? Element { get; }
}
