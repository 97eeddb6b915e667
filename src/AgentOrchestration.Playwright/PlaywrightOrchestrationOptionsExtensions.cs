namespace AgentOrchestration;

/// <summary>Lets agents share a browser, without a container.</summary>
public static class PlaywrightOrchestrationOptionsExtensions
{
    /// <summary>Uses a browser, which starts with the first navigation and ends with the orchestrator. See <see cref="AgentOrchestrationOptions.UseAutomation"/>.</summary>
    /// <param name="options">The orchestrator's options.</param>
    /// <param name="configure">Sets how it is driven; null for the defaults.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static AgentOrchestrationOptions UsePlaywright(this AgentOrchestrationOptions options, Action<PlaywrightOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var playwright = new PlaywrightOptions();
        configure?.Invoke(playwright);
        return playwright.FindFault() is { } fault ? throw new ArgumentException(fault, nameof(configure)) : options.UseAutomation(_ => new PlaywrightAutomation(playwright));
    }
}
