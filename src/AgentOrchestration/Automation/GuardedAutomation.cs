using AgentOrchestration.Automation;
using AgentOrchestration.Locking;

namespace AgentOrchestration;

/// <summary>A user interface that agents share: whoever does something to an element or a surface has it to himself meanwhile. Thread-safe.</summary>
/// <remarks>
/// <para>
/// An action takes the exclusive lock of its element; typing, pressing keys, navigating, dragging and closing take that of the surface, since they move the focus or the page under everybody's
/// hands. A surface covers its elements. Locks are taken when the element is there, and held for that action; hold an element or a surface over several actions with <see cref="HoldAsync"/> or
/// <see cref="HoldSurfaceAsync"/>. Reading shares the element's lock, so that nobody reads in the middle of another's action. Waiting for a state and observing take no lock.
/// </para>
/// <para>
/// Two selectors of one element are one resource where the adapter can tell. So these locks go by what <see cref="IdentifyAsync"/> answers: take them here, not through <see cref="IResourceLocks"/>.
/// If the element was replaced by another one while its lock was waited for, the new one is taken.
/// </para>
/// <para>
/// Waits give the agent's slot back, and are refused where they would never end, as <see cref="IResourceLocks.AcquireAsync"/> says: such as two agents that each hold an element of a surface and want to
/// type on it. Hold the surface instead. An action ends when the agent is cancelled. Flows that an agent runs at the same time without <see cref="AgentContext.RunConcurrentlyAsync"/> count as one.
/// </para>
/// </remarks>
/// <example><code>
/// var page = context.Automation!;
/// await page.PerformAsync(new UiAction.Navigate(new Uri("https://example.org/order")));
/// await page.PerformAsync(new UiAction.Type(new UiElement("#name"), "Ada"));
/// await page.PerformAsync(new UiAction.Click(new UiElement("#submit-button")));
/// </code></example>
public sealed class GuardedAutomation : IAutomationService
{
    // An element that is replaced each time somebody is about to use it: a page that is drawn anew all the time.
    private const int MaxReplacements = 10;

    private readonly IAutomationService _inner;
    private readonly ResourceLockTable _locks;
    private readonly TimeProvider _time;
    private readonly Func<AutomationCaller> _caller;

    internal GuardedAutomation(IAutomationService inner, ResourceLockTable locks, TimeProvider time, Func<AutomationCaller> caller) =>
        (_inner, _locks, _time, _caller) = (inner, locks, time, caller);

    /// <summary>Does something, alone with its element or surface.</summary>
    /// <param name="action">What.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What came of it beside its effect.</returns>
    /// <exception cref="AutomationException">It was not done, or it is not known whether it was: <see cref="AutomationErrorKind.TimedOut"/> and <see cref="AutomationErrorKind.Crashed"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="ResourceDeadlockException">The wait for the element or surface would never end.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended, or the activity waits for something else at this moment.</exception>
    public async ValueTask<UiActionResult> PerformAsync(UiAction action, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        var caller = Begin();
        var waited = TimeSpan.Zero;
        var start = _time.GetTimestamp();
        var succeeded = false;
        AutomationErrorKind? error = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(caller.Owner.CancellationToken, cancellationToken);
        try
        {
            UiActionResult result;
            if (action is UiAction.WaitFor)
            {
                result = await _inner.PerformAsync(action, stop.Token).ConfigureAwait(false);
            }
            else if (action.NeedsSurface || action is not UiAction.OnElement onElement)
            {
                var guard = await _locks.AcquireAsync(caller.Owner, SurfaceOf(action.Surface), timeout: null, stop.Token).ConfigureAwait(false);
                waited = _time.GetElapsedTime(start);
                await using (guard.ConfigureAwait(false))
                {
                    result = await _inner.PerformAsync(action, stop.Token).ConfigureAwait(false);
                }
            }
            else
            {
                result = await OnElementAsync(
                    caller,
                    onElement.Element,
                    ResourceMode.Exclusive,
                    action.Timeout,
                    element =>
                    {
                        waited = _time.GetElapsedTime(start);
                        return _inner.PerformAsync(onElement with { Element = element }, stop.Token);
                    },
                    stop.Token).ConfigureAwait(false);
            }

            succeeded = true;
            return result;
        }
        catch (AutomationException exception)
        {
            error = exception.Kind;
            throw;
        }
        finally
        {
            caller.Ended?.Invoke(new PerformedAction(action, succeeded, error, waited, _time.GetElapsedTime(start)));
        }
    }

    /// <summary>What an element holds: the value of a field, the value that is selected in a list, <c>true</c> or <c>false</c> of a box, otherwise the text that can be seen.</summary>
    /// <param name="element">The element.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="AutomationException">It could not be read.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="ResourceDeadlockException">The wait for the element would never end.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended, or the activity waits for something else at this moment.</exception>
    public async ValueTask<string> ReadAsync(UiElement element, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(element);
        var caller = Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(caller.Owner.CancellationToken, cancellationToken);
        return await OnElementAsync(caller, element, ResourceMode.Shared, timeout: null, found => _inner.ReadAsync(found, stop.Token), stop.Token).ConfigureAwait(false);
    }

    /// <summary>What can be seen on a surface. It takes no lock: an action of another may be half done, and what is returned out of date.</summary>
    /// <param name="surface">The surface.</param>
    /// <param name="options">What of it is wanted; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="AutomationException">It could not be seen.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended.</exception>
    public async ValueTask<UiObservation> ObserveAsync(string surface = UiElement.DefaultSurface, UiObservationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Begin().Owner.CancellationToken, cancellationToken);
        return await _inner.ObserveAsync(surface, options, stop.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended.</exception>
    public async ValueTask<UiElement> IdentifyAsync(UiElement element, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(element);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Begin().Owner.CancellationToken, cancellationToken);
        return await _inner.IdentifyAsync(element, timeout, stop.Token).ConfigureAwait(false);
    }

    /// <summary>Where a surface is at this moment. It takes no lock, so that it may be out of date when it is returned.</summary>
    /// <param name="surface">The surface.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="AutomationException">The surface is not open.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended.</exception>
    public async ValueTask<string?> GetAddressAsync(string surface = UiElement.DefaultSurface, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Begin().Owner.CancellationToken, cancellationToken);
        return await _inner.GetAddressAsync(surface, stop.Token).ConfigureAwait(false);
    }

    /// <summary>Closes a surface, when nobody does anything on it. One that is not open is left alone.</summary>
    /// <param name="surface">The surface.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="ResourceDeadlockException">The wait for the surface would never end.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended, or the activity waits for something else at this moment.</exception>
    public async ValueTask CloseAsync(string surface, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        var caller = Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(caller.Owner.CancellationToken, cancellationToken);
        var guard = await _locks.AcquireAsync(caller.Owner, SurfaceOf(surface), timeout: null, stop.Token).ConfigureAwait(false);
        await using (guard.ConfigureAwait(false))
        {
            await _inner.CloseAsync(surface, stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Takes an element for several actions.</summary>
    /// <param name="element">The element; it must be there, or appear within <paramref name="timeout"/>.</param>
    /// <param name="timeout">Longest wait for it to appear, and then for others to let go of it; null takes the adapter's for the first and has no limit for the second.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The guard; disposing it lets go. Without an agent it is nobody's, and excludes the host's own actions too.</returns>
    /// <exception cref="AutomationException">It is not there, or there are several.</exception>
    /// <exception cref="TimeoutException">Another one held it for too long; the message names him.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="ResourceDeadlockException">The wait would never end.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended, or the activity waits for something else at this moment.</exception>
    public async ValueTask<ResourceGuard> HoldAsync(UiElement element, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(element);
        var caller = Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(caller.Owner.CancellationToken, cancellationToken);
        return (await TakeAsync(caller, element, ResourceMode.Exclusive, timeout, timeout, stop.Token).ConfigureAwait(false)).Guard;
    }

    /// <summary>Takes a surface with all its elements for several actions. It need not be open.</summary>
    /// <param name="surface">The surface.</param>
    /// <param name="timeout">Longest wait for others to let go of it; null waits without limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="HoldAsync"/>
    public ValueTask<ResourceGuard> HoldSurfaceAsync(string surface = UiElement.DefaultSurface, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        return _locks.AcquireAsync(Begin().Owner, SurfaceOf(surface), timeout, cancellationToken);
    }

    private static ResourceRequest SurfaceOf(string surface) => new(ResourceKey.UiSurface(surface));

    private AutomationCaller Begin()
    {
        var caller = _caller();
        caller.Begins?.Invoke();
        return caller;
    }

    private async ValueTask<T> OnElementAsync<T>(
        AutomationCaller caller, UiElement element, ResourceMode mode, TimeSpan? timeout, Func<UiElement, ValueTask<T>> use, CancellationToken stop)
    {
        for (var replaced = 0; ; replaced++)
        {
            var (guard, found) = await TakeAsync(caller, element, mode, timeout, lockTimeout: null, stop).ConfigureAwait(false);
            await using (guard.ConfigureAwait(false))
            {
                try
                {
                    return await use(found).ConfigureAwait(false);
                }
                catch (AutomationException exception) when (exception.Kind == AutomationErrorKind.NotFound && found != element && replaced < MaxReplacements)
                {
                    // This node is gone, and nothing was done. The selector may fit another one by now.
                }
                catch (AutomationException exception) when (found != element)
                {
                    // The caller knows it by the selector he gave.
                    throw new AutomationException(exception.Kind, $"{element}: {exception.Message}", element.Surface, element, exception);
                }
            }
        }
    }

    // The lock of the node that the selector fits when it is granted.
    private async ValueTask<(ResourceGuard Guard, UiElement Found)> TakeAsync(
        AutomationCaller caller, UiElement element, ResourceMode mode, TimeSpan? timeout, TimeSpan? lockTimeout, CancellationToken stop)
    {
        var found = await _inner.IdentifyAsync(element, timeout, stop).ConfigureAwait(false);
        for (var replaced = 0; ; replaced++)
        {
            var request = new ResourceRequest(ResourceKey.UiElement(found.Selector, found.Surface), mode);
            if (_locks.TryAcquire(caller.Owner, request, out var guard, out _))
            {
                return (guard, found);
            }

            guard = await _locks.AcquireAsync(caller.Owner, request, lockTimeout, stop).ConfigureAwait(false);
            UiElement now;
            try
            {
                now = await _inner.IdentifyAsync(element, timeout, stop).ConfigureAwait(false);
            }
            catch
            {
                guard.Dispose();
                throw;
            }

            if (now == found)
            {
                return (guard, found);
            }

            guard.Dispose();
            found = now;
            if (replaced == MaxReplacements)
            {
                throw new AutomationException(
                    AutomationErrorKind.NotActionable,
                    $"{element} was another element each of the {MaxReplacements} times its lock was granted. Name an element that stays, or hold the surface.",
                    element.Surface,
                    element);
            }
        }
    }
}
