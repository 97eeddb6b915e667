namespace AgentOrchestration;

/// <summary>The port to a user interface: a browser, a desktop, a device. An adapter does what it is told; whose turn it is, <see cref="GuardedAutomation"/> sees to.</summary>
/// <remarks>
/// <para>Implementations are thread-safe: calls for different elements and surfaces run at the same time. Selectors are the adapter's; it says which it knows. An action waits for its element to appear
/// and to take input, up to its timeout, and fails with an <see cref="AutomationException"/>.</para>
/// <para>A signalled token ends the call at once, with <see cref="OperationCanceledException"/>. The action may have taken effect or not, but after the call has ended it does nothing any more: who
/// has the element next must not meet it.</para>
/// <para><c>AutomationServiceContract</c> in this library's tests is what every implementation must pass; docs/concepts/automation.md shows how one is written.</para>
/// </remarks>
public interface IAutomationService
{
    /// <summary>Which element this is at this moment, however it was found: two that are one node are given the same answer. Waits for it to appear, as an action does.</summary>
    /// <param name="element">The element.</param>
    /// <param name="timeout">Longest wait for it to appear; null takes the adapter's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The same node by its one name, which stays with it while it lives and is a selector too. An adapter that cannot tell returns what it was given.</returns>
    /// <exception cref="AutomationException">It is not there, or there are several.</exception>
    ValueTask<UiElement> IdentifyAsync(UiElement element, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Does something.</summary>
    /// <param name="action">What.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="AutomationException">It was not done, or it is not known whether it was: <see cref="AutomationErrorKind.TimedOut"/> and <see cref="AutomationErrorKind.Crashed"/>.</exception>
    ValueTask<UiActionResult> PerformAsync(UiAction action, CancellationToken cancellationToken = default);

    /// <summary>What an element holds: the value of a field, the value that is selected in a list, <c>true</c> or <c>false</c> of a box, otherwise the text that can be seen.</summary>
    /// <param name="element">The element.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="AutomationException">It could not be read.</exception>
    ValueTask<string> ReadAsync(UiElement element, CancellationToken cancellationToken = default);

    /// <summary>What can be seen on a surface.</summary>
    /// <param name="surface">The surface.</param>
    /// <param name="options">What of it is wanted; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="AutomationException">It could not be seen.</exception>
    ValueTask<UiObservation> ObserveAsync(string surface = UiElement.DefaultSurface, UiObservationOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Where a surface is at this moment, such as the address of a page; null where surfaces have none.</summary>
    /// <param name="surface">The surface.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="AutomationException">The surface is not open.</exception>
    ValueTask<string?> GetAddressAsync(string surface = UiElement.DefaultSurface, CancellationToken cancellationToken = default);

    /// <summary>Closes a surface. One that is not open is left alone.</summary>
    /// <param name="surface">The surface.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask CloseAsync(string surface, CancellationToken cancellationToken = default);
}
