namespace AgentOrchestration;

/// <summary>Which browser is driven.</summary>
public enum PlaywrightBrowser
{
    /// <summary>Chromium, and what is built on it.</summary>
    Chromium,

    /// <summary>Firefox, as Playwright builds it.</summary>
    Firefox,

    /// <summary>WebKit, as Playwright builds it.</summary>
    Webkit,
}
