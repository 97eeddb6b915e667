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
        private PlaywrightAutomation? _automation;

        public Uri Page => field ??= _server.Add("/standard", AutomationServiceContract.StandardPage);

        public PlaywrightAutomation Automation => _automation ??= new PlaywrightAutomation(Chromium.Options());

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            // None where the tests were skipped.
            if (_automation is not null)
            {
                await _automation.DisposeAsync();
            }

            await _server.DisposeAsync();
        }
    }
}
