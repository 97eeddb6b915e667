using AgentOrchestration.Playwright;
using Microsoft.Playwright;

namespace AgentOrchestration;

/// <summary>A browser, driven by Playwright. A surface is a page, which the first navigation opens. Thread-safe; dispose it, or let the orchestrator do so.</summary>
/// <remarks>
/// <para>Selectors are Playwright's (CSS, which also looks into open shadow roots, <c>text=Save</c>, <c>xpath=//a</c>), <c>ref=e12</c> of the latest observation, and
/// <c>frame=#payment >> #card</c> for an element within a frame.</para>
/// <para>A page that crashes, or whose browser dies, fails what is under way with <see cref="AutomationErrorKind.Crashed"/>; the next navigation opens a new one, and starts the browser again if need
/// be; with the browser its cookies and logins are gone.</para>
/// <para>When a call is cancelled, an action that the browser has begun is given a moment to end, and its page is closed if it does not: it never takes effect later. Timeouts are measured on the
/// system's clock, by the browser's driver.</para>
/// </remarks>
/// <example><code>
/// await using var orchestrator = AgentOrchestrator.Create(o => o.UsePlaywright(p => p.ExecutablePath = "/usr/bin/chromium"));
/// await orchestrator.Automation!.PerformAsync(new UiAction.Navigate(new Uri("https://example.org/")));
/// </code></example>
public sealed class PlaywrightAutomation : IAutomationService, IAsyncDisposable
{
    private const string NodePrefix = "node=";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, BrowserSurface> _surfaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<IBrowserContext>> _contexts = new(StringComparer.Ordinal);
    private readonly PlaywrightOptions _options;
    private readonly BrowserHost _host;
    private int _opening;

    /// <summary>An adapter. Nothing is started yet.</summary>
    /// <param name="options">How the browser is driven; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PlaywrightAutomation(PlaywrightOptions? options = null)
    {
        options ??= new PlaywrightOptions();
        if (options.FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _options = options.Copy();
        _host = new BrowserHost(_options);
    }

    /// <summary>The names of the surfaces that are open, in no order.</summary>
    public IReadOnlyList<string> Surfaces
    {
        get
        {
            lock (_gate)
            {
                return [.. _surfaces.Values.Where(static surface => surface.IsOpen).Select(static surface => surface.Name)];
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<UiElement> IdentifyAsync(UiElement element, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(element);
        return UseAsync(
            element.Surface,
            element,
            async surface =>
            {
                var node = await new SurfaceActions(surface, _options).FindAsync(element, timeout, cancellationToken).ConfigureAwait(false);
                return new UiElement(NodePrefix + await surface.NameAsync(node).LookAsync(_options.ActionTimeout, cancellationToken).ConfigureAwait(false), element.Surface);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<UiActionResult> PerformAsync(UiAction action, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        cancellationToken.ThrowIfCancellationRequested();
        if (action is UiAction.Navigate)
        {
            await OpenAsync(action.Surface, cancellationToken).ConfigureAwait(false);
        }

        return await UseAsync(
            action.Surface,
            action.Target,
            async surface =>
            {
                await new SurfaceActions(surface, _options).PerformAsync(action, cancellationToken).ConfigureAwait(false);
                return surface.Collect();
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<string> ReadAsync(UiElement element, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(element);
        return UseAsync(element.Surface, element, surface => new SurfaceActions(surface, _options).ReadAsync(element, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<UiObservation> ObserveAsync(string surface = UiElement.DefaultSurface, UiObservationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        options ??= new UiObservationOptions();
        var within = options.Within is { } selector ? new UiElement(selector, surface) : null;
        return UseAsync(surface, within, found => ObserveAsync(found, within, options, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetAddressAsync(string surface = UiElement.DefaultSurface, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        return UseAsync(surface, element: null, static found => Task.FromResult<string?>(found.Page.Url), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask CloseAsync(string surface, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        cancellationToken.ThrowIfCancellationRequested();
        BrowserSurface? closed;
        lock (_gate)
        {
            _surfaces.Remove(surface, out closed);
        }

        if (closed is not null)
        {
            await CloseAsync(closed).ConfigureAwait(false);
        }
    }

    /// <summary>Closes all surfaces and the browser, if it was started here. No process of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _surfaces.Clear();
            _contexts.Clear();
        }

        await _host.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The node that an answer of <see cref="IdentifyAsync"/> names; null if it is another selector.</summary>
    internal static string? NodeOf(UiElement element) => element.Selector.StartsWith(NodePrefix, StringComparison.Ordinal) ? element.Selector[NodePrefix.Length..] : null;

    private async Task<UiObservation> ObserveAsync(BrowserSurface surface, UiElement? within, UiObservationOptions options, CancellationToken cancellationToken)
    {
        // It only looks, so it may be left to itself.
        var time = (float)_options.ActionTimeout.TotalMilliseconds;
        var tree = await (within is null
            ? surface.Page.AriaSnapshotAsync(new PageAriaSnapshotOptions { Mode = AriaSnapshotMode.Ai, Timeout = time })
            : Selectors.Locate(surface.Page, within.Selector).AriaSnapshotAsync(new LocatorAriaSnapshotOptions { Mode = AriaSnapshotMode.Ai, Timeout = time }))
            .LookAsync(cancellationToken).ConfigureAwait(false);
        var isCut = tree.Length > options.MaxCharacters;
        if (isCut)
        {
            tree = tree[..(tree.LastIndexOf('\n', options.MaxCharacters - 1) + 1)];
        }

        var title = await surface.Page.TitleAsync().LookAsync(cancellationToken).ConfigureAwait(false);
        var screenshot = options.Screenshot
            ? await surface.Page.ScreenshotAsync(new PageScreenshotOptions { Timeout = time }).LookAsync(cancellationToken).ConfigureAwait(false)
            : null;
        return new UiObservation(surface.Name, tree)
        {
            Address = surface.Page.Url,
            Title = title,
            IsCut = isCut,
            Screenshot = screenshot,
            ScreenshotMediaType = screenshot is null ? null : "image/png",
        };
    }

    private async ValueTask<T> UseAsync<T>(string name, UiElement? element, Func<BrowserSurface, Task<T>> use, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BrowserSurface? surface;
        lock (_gate)
        {
            surface = _surfaces.GetValueOrDefault(name);
        }

        if (surface is not { IsOpen: true })
        {
            throw new AutomationException(
                AutomationErrorKind.SurfaceClosed,
                surface is { HasCrashed: true } ? $"Surface '{name}' crashed. Navigate to open it again." : $"Surface '{name}' is not open. Navigate to open it.",
                name,
                element);
        }

        try
        {
            return await use(surface).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is PlaywrightException or TimeoutException)
        {
            throw PlaywrightErrors.Explain(exception, name, element, surface.HasCrashed);
        }
    }

    private async Task OpenAsync(string name, CancellationToken cancellationToken)
    {
        BrowserSurface? dead;
        lock (_gate)
        {
            if (_surfaces.TryGetValue(name, out dead) && dead.IsOpen)
            {
                return;
            }

            _surfaces.Remove(name);
            if (_surfaces.Values.Count(static surface => surface.IsOpen) + _opening >= _options.MaxSurfaces)
            {
                throw new AutomationException(AutomationErrorKind.Refused, $"Surface '{name}' would be one more than {nameof(PlaywrightOptions.MaxSurfaces)}, {_options.MaxSurfaces}. Close another one, or raise it.", name);
            }

            _opening++;
        }

        try
        {
            if (dead is not null)
            {
                await CloseAsync(dead).ConfigureAwait(false);
            }

            var context = _options.ContextOf(name) ?? name;
            var page = await NewPageAsync(name, context, cancellationToken).ConfigureAwait(false);
            var surface = new BrowserSurface(name, context, page, _options, Adopt);
            bool isFirst;
            lock (_gate)
            {
                isFirst = _surfaces.TryAdd(name, surface);
            }

            if (!isFirst)
            {
                await surface.CloseAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_gate)
            {
                _opening--;
            }
        }
    }

    private async Task<IPage> NewPageAsync(string surface, string context, CancellationToken cancellationToken)
    {
        for (var isLastTry = false; ; isLastTry = true)
        {
            var browser = await _host.GetAsync(surface, cancellationToken).ConfigureAwait(false);
            Task<IBrowserContext> making;
            TaskCompletionSource<IBrowserContext>? made = null;
            lock (_gate)
            {
                if (!_contexts.TryGetValue(context, out making!) || making.IsFaulted || (making.IsCompletedSuccessfully && making.Result.Browser != browser))
                {
                    made = new TaskCompletionSource<IBrowserContext>(TaskCreationOptions.RunContinuationsAsynchronously);
                    _contexts[context] = making = made.Task;
                }
            }

            try
            {
                if (made is not null)
                {
                    await MakeContextAsync(browser, made).ConfigureAwait(false);
                }

                return await (await making.ConfigureAwait(false)).NewPageAsync().ConfigureAwait(false);
            }
            catch (PlaywrightException exception)
            {
                lock (_gate)
                {
                    if (_contexts.TryGetValue(context, out var present) && present == making)
                    {
                        _contexts.Remove(context);
                    }
                }

                // The browser died between two calls; a new one is tried once.
                if (isLastTry)
                {
                    throw PlaywrightErrors.Explain(exception, surface, element: null, hasCrashed: true);
                }
            }
        }
    }

    // For all that wait for it; what goes wrong they hear as well.
    private async Task MakeContextAsync(IBrowser browser, TaskCompletionSource<IBrowserContext> made)
    {
        try
        {
            made.SetResult(await browser.NewContextAsync(new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = _options.Viewport.Width, Height = _options.Viewport.Height },
                AcceptDownloads = _options.DownloadFolder is not null,
            }).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            made.SetException(exception);
        }
    }

    private string? Adopt(BrowserSurface opener, IPage popup, string name)
    {
        var surface = new BrowserSurface(name, opener.Context, popup, _options, Adopt);
        lock (_gate)
        {
            if (_surfaces.Values.Count(static one => one.IsOpen) + _opening < _options.MaxSurfaces)
            {
                _surfaces[name] = surface;
                return name;
            }
        }

        _ = surface.CloseAsync();
        return null;
    }

    // The last surface of a context takes the context with it: cookies and logins end with the pages that use them.
    private async Task CloseAsync(BrowserSurface closed)
    {
        await closed.CloseAsync().ConfigureAwait(false);
        Task<IBrowserContext>? context = null;
        lock (_gate)
        {
            if (_opening == 0 && !_surfaces.Values.Any(surface => string.Equals(surface.Context, closed.Context, StringComparison.Ordinal)))
            {
                _contexts.Remove(closed.Context, out context);
            }
        }

        if (context is { IsCompletedSuccessfully: true })
        {
            try
            {
                await context.Result.CloseAsync().ConfigureAwait(false);
            }
            catch (PlaywrightException)
            {
                // It went with its browser.
            }
        }
    }
}
