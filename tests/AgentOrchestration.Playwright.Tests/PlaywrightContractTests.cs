using AgentOrchestration.Tests.Contracts;

namespace AgentOrchestration.Playwright.Tests;

public sealed class PlaywrightContractTests(PlaywrightContractTests.Shared shared) : AutomationServiceContract, IClassFixture<PlaywrightContractTests.Shared>
{
    protected override TimeSpan ShortTime => TimeSpan.FromSeconds(2);

    protected override Uri Page => shared.Page;

    protected override Uri Nowhere => new("http://127.0.0.1:1/");

    protected override IAutomationService Service => shared.Automation;

    public sealed class Shared : IAsyncLifetime
    {
        private readonly PageServer _server = new();

        public Uri Page => field ??= _server.Add("/standard", AutomationServiceContract.StandardPage);

        public PlaywrightAutomation Automation => field ??= new PlaywrightAutomation(Chromium.Options());

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            await Automation.DisposeAsync();
            await _server.DisposeAsync();
        }
    }
}
