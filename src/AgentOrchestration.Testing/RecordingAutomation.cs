using System.Text;

namespace AgentOrchestration.Testing;

/// <summary>A user interface that exists in memory only: pages that a test builds, and a record of everything that was done to them, with what was done at the same time. Thread-safe.</summary>
/// <remarks>
/// It does what it is told when it is told, and keeps nobody from anything: give it to an orchestrator, whose <see cref="GuardedAutomation"/> does, and look at <see cref="FindInterleaving"/> afterwards.
/// A selector is one that an element was added with; <c>ref=e1</c> of an observation works too.
/// </remarks>
/// <example><code>
/// var automation = new RecordingAutomation();
/// automation.AddPage(new Uri("https://shop.test/"), page => page.Add("button", "Submit", "#submit-button"));
/// await using var orchestrator = AgentOrchestrator.Create(o => o.Automation = automation);
/// </code></example>
public sealed class RecordingAutomation : IAutomationService
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Uri, Action<RecordingPage>> _pages = [];
    private readonly Dictionary<string, RecordingPage> _surfaces = new(StringComparer.Ordinal);
    private readonly List<RecordedAction> _actions = [];
    private readonly TimeProvider _time;
    private TaskCompletionSource _changed = NewSignal();
    private HashSet<RecordingPage> _crashed = [];
    private int _elements;
    private long _moments;

    /// <summary>An empty one.</summary>
    /// <param name="timeProvider">The clock of timeouts and of <see cref="ActionTime"/>; null takes the system's.</param>
    public RecordingAutomation(TimeProvider? timeProvider = null) => _time = timeProvider ?? TimeProvider.System;

    /// <summary>How long an action takes once its element takes input. Default: zero, so that it only gives way once.</summary>
    public TimeSpan ActionTime { get; set; }

    /// <summary>How long an action waits for its element where it does not say. Default: 1 s.</summary>
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What was done so far, in the order of beginning.</summary>
    public IReadOnlyList<RecordedAction> Actions
    {
        get
        {
            lock (_gate)
            {
                return [.. _actions];
            }
        }
    }

    /// <summary>Adds a page that can be navigated to; one at the same address is replaced.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="build">Builds it anew for each navigation.</param>
    public void AddPage(Uri address, Action<RecordingPage> build)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(build);
        lock (_gate)
        {
            _pages[address] = build;
        }
    }

    /// <summary>The page on a surface at this moment; null if it is not open.</summary>
    public RecordingPage? FindPage(string surface = UiElement.DefaultSurface)
    {
        lock (_gate)
        {
            return _surfaces.GetValueOrDefault(surface);
        }
    }

    /// <summary>Lets a surface crash: what is under way on it fails, and it is not open any more.</summary>
    public void Crash(string surface = UiElement.DefaultSurface)
    {
        lock (_gate)
        {
            if (_surfaces.Remove(surface, out var page))
            {
                _crashed = [.. _crashed, page];
            }
        }

        Changed();
    }

    /// <summary>Two actions that were under way at the same time where that must not be; null if there are none.</summary>
    public (RecordedAction First, RecordedAction Second)? FindInterleaving()
    {
        var actions = Actions;
        for (var i = 0; i < actions.Count; i++)
        {
            for (var j = i + 1; j < actions.Count && !(actions[j].Began > actions[i].Ended); j++)
            {
                if (actions[i].Interleaves(actions[j]))
                {
                    return (actions[i], actions[j]);
                }
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<UiElement> IdentifyAsync(UiElement element, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(element);
        var (_, found) = await FindAsync(element, static _ => true, timeout, cancellationToken).ConfigureAwait(false);
        return new UiElement($"node={found.Number}", element.Surface);
    }

    /// <inheritdoc/>
    public async ValueTask<UiActionResult> PerformAsync(UiAction action, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        cancellationToken.ThrowIfCancellationRequested();
        RecordingPage page;
        RecordingElement? element = null;
        switch (action)
        {
            case UiAction.Navigate navigate:
                page = Open(navigate);
                break;
            case UiAction.WaitFor waitFor:
                await WaitForAsync(waitFor, cancellationToken).ConfigureAwait(false);
                return Result(PageOf(action.Surface));
            case { Target: { } target }:
                (page, element) = await FindAsync(target, static one => one is { IsVisible: true, IsEnabled: true }, action.Timeout, cancellationToken).ConfigureAwait(false);
                break;
            default:
                page = PageOf(action.Surface);
                break;
        }

        if (action is UiAction.Drag drag)
        {
            await FindAsync(drag.To, static one => one.IsVisible, action.Timeout, cancellationToken).ConfigureAwait(false);
        }

        if (action is UiAction.Select select && element!.Options.Count > 0 && select.Options.FirstOrDefault(option => !element.Options.Contains(option, StringComparer.Ordinal)) is not null)
        {
            throw new AutomationException(AutomationErrorKind.NotActionable, $"{select.Element} has no such option.", action.Surface, select.Element);
        }

        await ActAsync(page, element, action, cancellationToken).ConfigureAwait(false);
        return Result(FindPage(action.Surface) ?? page);
    }

    /// <inheritdoc/>
    public async ValueTask<string> ReadAsync(UiElement element, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(element);
        var (_, found) = await FindAsync(element, static _ => true, timeout: null, cancellationToken).ConfigureAwait(false);
        return found.Role is "checkbox" or "radio" ? found.IsChecked ? "true" : "false" : found.Value.Length > 0 || found.Role is "textbox" or "combobox" ? found.Value : found.Name;
    }

    /// <inheritdoc/>
    public async ValueTask<UiObservation> ObserveAsync(string surface = UiElement.DefaultSurface, UiObservationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        cancellationToken.ThrowIfCancellationRequested();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        options ??= new UiObservationOptions();
        var page = PageOf(surface);
        var elements = page.Elements.Where(static element => element.IsVisible);
        if (options.Within is { } within)
        {
            elements = [Pick(page, new UiElement(within, surface)) ?? throw NotFound(new UiElement(within, surface))];
        }

        var tree = new StringBuilder();
        var isCut = false;
        foreach (var element in elements)
        {
            var line = $"- {element.Role} \"{element.Name}\" [ref=e{element.Number}]{(element.IsChecked ? " [checked]" : "")}{(element.IsEnabled ? "" : " [disabled]")}{(element.Value.Length > 0 ? $": {element.Value}" : "")}\n";
            if (tree.Length + line.Length > options.MaxCharacters)
            {
                isCut = true;
                break;
            }

            tree.Append(line);
        }

        return new UiObservation(surface, tree.ToString())
        {
            Address = page.Address.ToString(),
            Title = page.Title,
            IsCut = isCut,
            Screenshot = options.Screenshot ? Encoding.UTF8.GetBytes(tree.ToString()) : default,
            ScreenshotMediaType = options.Screenshot ? "text/plain" : null,
        };
    }

    /// <inheritdoc/>
    public async ValueTask<string?> GetAddressAsync(string surface = UiElement.DefaultSurface, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        cancellationToken.ThrowIfCancellationRequested();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return PageOf(surface).Address.ToString();
    }

    /// <inheritdoc/>
    public ValueTask CloseAsync(string surface, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _surfaces.Remove(surface);
        }

        Changed();
        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static UiActionResult Result(RecordingPage page) => new() { Address = page.Address.ToString() };

    private static AutomationException NotFound(UiElement element) => new(AutomationErrorKind.NotFound, $"There is no {element}.", element.Surface, element);

    private static RecordingElement? Pick(RecordingPage page, UiElement element)
    {
        var found = page.Elements.Where(one => one.IsFoundBy(element.Selector)).Take(2).ToArray();
        return found.Length > 1
            ? throw new AutomationException(AutomationErrorKind.Ambiguous, $"There are several {element}. Give a selector that fits one.", element.Surface, element)
            : found.FirstOrDefault();
    }

    private RecordingPage Open(UiAction.Navigate navigate)
    {
        Action<RecordingPage>? build;
        lock (_gate)
        {
            build = _pages.GetValueOrDefault(navigate.Address);
        }

        if (build is null)
        {
            throw new AutomationException(AutomationErrorKind.NotReachable, $"There is no page at the address for surface '{navigate.Surface}'. Add it with AddPage.", navigate.Surface);
        }

        var page = new RecordingPage(navigate.Address, () => Interlocked.Increment(ref _elements), Changed);
        build(page);
        lock (_gate)
        {
            _surfaces[navigate.Surface] = page;
        }

        Changed();
        return page;
    }

    private RecordingPage PageOf(string surface) => FindPage(surface)
        ?? throw new AutomationException(AutomationErrorKind.SurfaceClosed, $"Surface '{surface}' is not open. Navigate to open it.", surface);

    // The element once it is as wanted; what is missing at the end of the time says what is wrong.
    private async ValueTask<(RecordingPage Page, RecordingElement Element)> FindAsync(
        UiElement element, Func<RecordingElement, bool> isReady, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = Signal();
            var page = PageOf(element.Surface);
            var found = Pick(page, element);
            if (found is not null && isReady(found))
            {
                return (page, found);
            }

            // A node that is gone does not come back.
            if (found is null && element.Selector.StartsWith("node=", StringComparison.Ordinal))
            {
                throw NotFound(element);
            }

            if (!await WaitAsync(changed, start, timeout, cancellationToken).ConfigureAwait(false))
            {
                throw found is null ? NotFound(element)
                    : new AutomationException(AutomationErrorKind.NotActionable, $"{element} is {(found.IsVisible ? "disabled" : "hidden")}.", element.Surface, element);
            }
        }
    }

    private async ValueTask WaitForAsync(UiAction.WaitFor action, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = Signal();
            var found = Pick(PageOf(action.Surface), action.Element);
            if (action.State switch
            {
                UiElementState.Hidden => found is not { IsVisible: true },
                UiElementState.Enabled => found is { IsVisible: true, IsEnabled: true },
                _ => found is { IsVisible: true },
            })
            {
                return;
            }

            if (!await WaitAsync(changed, start, action.Timeout, cancellationToken).ConfigureAwait(false))
            {
                throw new AutomationException(AutomationErrorKind.TimedOut, $"{action.Element} was not {action.State} in time.", action.Surface, action.Element);
            }
        }
    }

    private async ValueTask<bool> WaitAsync(Task changed, long start, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var left = (timeout ?? DefaultTimeout) - _time.GetElapsedTime(start);
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        try
        {
            await changed.WaitAsync(left, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Looked at once more, now without time left.
        }

        return true;
    }

    private async ValueTask ActAsync(RecordingPage page, RecordingElement? element, UiAction action, CancellationToken cancellationToken)
    {
        int place;
        lock (_gate)
        {
            place = _actions.Count;
            _actions.Add(new RecordedAction(action, element, ++_moments, Ended: null, Error: null));
        }

        AutomationErrorKind? error = null;
        try
        {
            if (ActionTime > TimeSpan.Zero)
            {
                await Task.Delay(ActionTime, _time, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                cancellationToken.ThrowIfCancellationRequested();
            }

            ThrowIfGone(page, action);
            element?.Apply(action);
            if (element?.OnPerform is { } perform)
            {
                await perform(action, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AutomationException exception)
        {
            error = exception.Kind;
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _actions[place] = _actions[place] with { Ended = ++_moments, Error = error };
            }
        }
    }

    private void ThrowIfGone(RecordingPage page, UiAction action)
    {
        lock (_gate)
        {
            if (_crashed.Contains(page))
            {
                throw new AutomationException(AutomationErrorKind.Crashed, $"Surface '{action.Surface}' crashed. Navigate to open it again; whether the action took effect is not known.", action.Surface, action.Target);
            }

            if (!_surfaces.ContainsValue(page))
            {
                throw new AutomationException(AutomationErrorKind.SurfaceClosed, $"Surface '{action.Surface}' was closed. Navigate to open it.", action.Surface, action.Target);
            }
        }
    }

    private Task Signal()
    {
        lock (_gate)
        {
            return _changed.Task;
        }
    }

    private void Changed()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }
}
