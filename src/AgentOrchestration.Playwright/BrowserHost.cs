using Microsoft.Playwright;
using Driver = Microsoft.Playwright.Playwright;

namespace AgentOrchestration.Playwright;

/// <summary>The one browser: started by whoever needs it first, and again by whoever finds it dead.</summary>
internal sealed class BrowserHost(PlaywrightOptions options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private IPlaywright? _driver;
    private IBrowser? _browser;
    private bool _isDisposed;

    /// <summary>A browser that lives.</summary>
    /// <exception cref="AutomationException">None could be started; the message says what to do.</exception>
    public async Task<IBrowser> GetAsync(string surface, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(PlaywrightAutomation));
            if (_browser is { IsConnected: true })
            {
                return _browser;
            }

            _browser = null;
            try
            {
                return _browser = await StartAsync().ConfigureAwait(false);
            }
            catch (PlaywrightException) when (_driver is not null)
            {
                // It may be the driver that died. With a new one it works, or says why not.
                _driver.Dispose();
                _driver = null;
                return _browser = await StartAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is PlaywrightException or TimeoutException)
        {
            throw new AutomationException(
                AutomationErrorKind.Crashed,
                options.Endpoint is { } endpoint
                    ? $"There is no browser at {endpoint.GetLeftPart(UriPartial.Authority)}. Start it, or set another Endpoint."
                    : $"No {options.Browser} could be started. Install one and set ExecutablePath, or let Playwright install its own; within a container add --no-sandbox and --disable-gpu to Arguments.",
                surface,
                element: null,
                exception);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            _isDisposed = true;
            if (_browser is { IsConnected: true })
            {
                try
                {
                    await _browser.CloseAsync().ConfigureAwait(false);
                }
                catch (PlaywrightException)
                {
                    // It died meanwhile.
                }
            }

            _browser = null;

            // Ends the driver's process, and with it whatever it started.
            _driver?.Dispose();
            _driver = null;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<IBrowser> StartAsync()
    {
        _driver ??= await Driver.CreateAsync().ConfigureAwait(false);
        var type = options.Browser switch
        {
            PlaywrightBrowser.Firefox => _driver.Firefox,
            PlaywrightBrowser.Webkit => _driver.Webkit,
            _ => _driver.Chromium,
        };
        return options.Endpoint switch
        {
            null => await type.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = options.ExecutablePath,
                Args = options.Arguments,
                Headless = options.Headless,

                // What ends this process is the host's decision.
                HandleSIGHUP = false,
                HandleSIGINT = false,
                HandleSIGTERM = false,
            }).ConfigureAwait(false),
            { Scheme: "http" or "https" } endpoint => await type.ConnectOverCDPAsync(endpoint.ToString()).ConfigureAwait(false),
            var endpoint => await type.ConnectAsync(endpoint.ToString()).ConfigureAwait(false),
        };
    }
}
