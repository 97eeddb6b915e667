namespace AgentOrchestration.Benchmarks.Automation;

/// <summary>The same actions on the same screen: bare, and by an agent, under the locks and with its events.</summary>
internal sealed class ScreenAgents : IAsyncDisposable
{
    public const int Actions = 5_000;

    private readonly InstantScreen _screen = new();
    private readonly AgentOrchestrator _orchestrator;
    private readonly UiAction[] _clicks = [.. Enumerable.Range(0, 50).Select(static i => new UiAction.Click(new UiElement($"#button-{i}")))];

    public ScreenAgents() => _orchestrator = AgentOrchestrator.Create(options =>
    {
        options.Automation = _screen;
        options.AddAgent("default", async (context, _) =>
        {
            await ClickAsync(context.Automation!);
            return "";
        });
    });

    public Task RunBareAsync() => ClickAsync(_screen);

    public async Task RunAsAgentAsync()
    {
        var result = await (await _orchestrator.SpawnAsync("click")).Completion;
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(result.Error?.Message);
        }
    }

    public ValueTask DisposeAsync() => _orchestrator.DisposeAsync();

    private async Task ClickAsync(IAutomationService screen)
    {
        for (var i = 0; i < Actions; i++)
        {
            await screen.PerformAsync(_clicks[i % _clicks.Length]);
        }
    }
}
