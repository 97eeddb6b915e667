namespace AgentOrchestration.Automation;

/// <summary>An action that has ended, however it did.</summary>
/// <param name="Action">What was to be done.</param>
/// <param name="Succeeded">Whether it was done.</param>
/// <param name="Error">Why not, if the adapter said so.</param>
/// <param name="Waited">How long it waited for its element to appear and for others.</param>
/// <param name="Duration">How long it took in all.</param>
internal sealed record PerformedAction(UiAction Action, bool Succeeded, AutomationErrorKind? Error, TimeSpan Waited, TimeSpan Duration);
