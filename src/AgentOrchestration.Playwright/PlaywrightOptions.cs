namespace AgentOrchestration;

/// <summary>How a browser is driven. Read once, when the adapter is made.</summary>
public sealed class PlaywrightOptions
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    /// <summary>Which browser.</summary>
    /// <value>Default: Chromium.</value>
    public PlaywrightBrowser Browser { get; set; }

    /// <summary>The browser's program, such as <c>/usr/bin/chromium</c>; null takes the one that Playwright installed.</summary>
    public string? ExecutablePath { get; set; }

    /// <summary>Arguments for the browser's program, such as <c>--no-sandbox</c> within a container that has no namespaces for users. Default: none.</summary>
    public IList<string> Arguments { get; } = [];

    /// <summary>Whether the browser has no window. Default: true.</summary>
    public bool Headless { get; set; } = true;

    /// <summary>
    /// A browser that runs already, instead of starting one: <c>ws://</c> or <c>wss://</c> of a Playwright server, or <c>http://</c> or <c>https://</c> of a Chromium with
    /// <c>--remote-debugging-port</c>. Null starts one.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>
    /// Names the context of a surface: surfaces of one context share cookies, storage and logins, those of others do not. An agent has a context of its own where the surfaces it uses do, such as
    /// <c>surface => surface.Split('/')[0]</c> with surfaces <c>ada/orders</c> and <c>ada/cart</c>. Default: a context for each surface. A popup is in the context of the surface that opened it.
    /// </summary>
    public Func<string, string> ContextOf { get; set; } = static surface => surface;

    /// <summary>Surfaces that are open at the same time; one more is refused.</summary>
    /// <value>From 1. Default: 64.</value>
    public int MaxSurfaces { get; set; } = 64;

    /// <summary>How long an action waits for its element, and takes, where it does not say.</summary>
    /// <value>Above zero, up to 1 day. Default: 30 s.</value>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a navigation takes at most, where the action does not say.</summary>
    /// <value>Above zero, up to 1 day. Default: 30 s.</value>
    public TimeSpan NavigationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether dialogs of pages (alert, confirm, prompt, leaving a page) are accepted. Default: false, they are dismissed. Their text is in <see cref="UiActionResult.Dialogs"/>.</summary>
    public bool AcceptDialogs { get; set; }

    /// <summary>Where downloads are kept, under names of their own; the folder is made. Null refuses them.</summary>
    public string? DownloadFolder { get; set; }

    /// <summary>Bytes of one download; a larger one is deleted.</summary>
    /// <value>From 1. Default: 104,857,600.</value>
    public long MaxDownloadBytes { get; set; } = 100L << 20;

    /// <summary>The size of a page, in CSS pixels.</summary>
    /// <value>Each from 1. Default: 1280 by 720.</value>
    public (int Width, int Height) Viewport { get; set; } = (1280, 720);

    /// <summary>What is wrong with it; null for nothing.</summary>
    internal string? FindFault() => this switch
    {
        { ContextOf: null } => $"{nameof(ContextOf)} must be a function.",
        _ when !Enum.IsDefined(Browser) => $"{nameof(Browser)} {Browser} is none.",
        { Endpoint: { } endpoint } when !endpoint.IsAbsoluteUri || endpoint.Scheme is not ("ws" or "wss" or "http" or "https") => $"{nameof(Endpoint)} must begin with ws, wss, http or https.",
        { Endpoint.Scheme: "http" or "https", Browser: not PlaywrightBrowser.Chromium } => $"{nameof(Endpoint)} over http is for Chromium only.",
        { MaxSurfaces: < 1 } => $"{nameof(MaxSurfaces)} is {MaxSurfaces}; use 1 or more.",
        _ when ActionTimeout <= TimeSpan.Zero || ActionTimeout > LongestTimeout => $"{nameof(ActionTimeout)} is {ActionTimeout}; use more than zero, up to 1 day.",
        _ when NavigationTimeout <= TimeSpan.Zero || NavigationTimeout > LongestTimeout => $"{nameof(NavigationTimeout)} is {NavigationTimeout}; use more than zero, up to 1 day.",
        { MaxDownloadBytes: < 1 } => $"{nameof(MaxDownloadBytes)} is {MaxDownloadBytes}; use 1 or more.",
        _ when Viewport.Width < 1 || Viewport.Height < 1 => $"{nameof(Viewport)} is {Viewport}; use 1 or more for both.",
        _ => null,
    };

    internal PlaywrightOptions Copy()
    {
        var copy = new PlaywrightOptions
        {
            Browser = Browser,
            ExecutablePath = ExecutablePath,
            Headless = Headless,
            Endpoint = Endpoint,
            ContextOf = ContextOf,
            MaxSurfaces = MaxSurfaces,
            ActionTimeout = ActionTimeout,
            NavigationTimeout = NavigationTimeout,
            AcceptDialogs = AcceptDialogs,
            DownloadFolder = DownloadFolder is null ? null : Path.GetFullPath(DownloadFolder),
            MaxDownloadBytes = MaxDownloadBytes,
            Viewport = Viewport,
        };
        foreach (var argument in Arguments)
        {
            copy.Arguments.Add(argument);
        }

        return copy;
    }
}
