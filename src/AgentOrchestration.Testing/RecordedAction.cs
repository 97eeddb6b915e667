namespace AgentOrchestration.Testing;

/// <summary>An action that a <see cref="RecordingAutomation"/> did, or tried to do.</summary>
/// <param name="Action">What was to be done.</param>
/// <param name="Element">The element it was done to; null where it was done to the surface, or its element was not found.</param>
/// <param name="Began">When it began to act, after its element took input: a number that grows with every beginning and end.</param>
/// <param name="Ended">When it ended; null while it acts.</param>
/// <param name="Error">Why it was not done; null if it was, or was cancelled.</param>
public sealed record RecordedAction(UiAction Action, RecordingElement? Element, long Began, long? Ended, AutomationErrorKind? Error)
{
    /// <summary>Whether two actions were under way at the same time on one element, or on one surface where one of them needs it for itself.</summary>
    public bool Interleaves(RecordedAction other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var apart = Ended < other.Began || other.Ended < Began;
        return !apart && string.Equals(Action.Surface, other.Action.Surface, StringComparison.Ordinal)
            && (ReferenceEquals(Element, other.Element) || IsOfSurface(Action) || IsOfSurface(other.Action));
    }

    /// <summary>The action and its numbers, no content.</summary>
    public override string ToString() => $"{Action} from {Began} to {Ended}{(Error is { } error ? $", {error}" : "")}";

    private static bool IsOfSurface(UiAction action) => action.Kind is UiActionKind.Navigate or UiActionKind.Type or UiActionKind.PressKeys or UiActionKind.Drag;
}
