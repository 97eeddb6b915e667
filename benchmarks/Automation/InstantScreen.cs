namespace AgentOrchestration.Benchmarks.Automation;

/// <summary>A user interface that costs nothing: everything is done at once.</summary>
internal sealed class InstantScreen : IAutomationService
{
    private static readonly UiActionResult Done = new();

    public ValueTask<UiElement> IdentifyAsync(UiElement element, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => ValueTask.FromResult(element);

    public ValueTask<UiActionResult> PerformAsync(UiAction action, CancellationToken cancellationToken = default) => ValueTask.FromResult(Done);

    public ValueTask<string> ReadAsync(UiElement element, CancellationToken cancellationToken = default) => ValueTask.FromResult("");

    public ValueTask<UiObservation> ObserveAsync(string surface = UiElement.DefaultSurface, UiObservationOptions? options = null, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new UiObservation(surface, ""));

    public ValueTask<string?> GetAddressAsync(string surface = UiElement.DefaultSurface, CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(null);

    public ValueTask CloseAsync(string surface, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
