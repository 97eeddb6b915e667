using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Contracts;

namespace AgentOrchestration.Tests.Automation;

public sealed class RecordingAutomationTests : AutomationServiceContract
{
    private readonly RecordingAutomation _automation = new();

    public RecordingAutomationTests() => _automation.AddPage(PageInMemory.Address, PageInMemory.Build);

    protected override Uri Page => PageInMemory.Address;

    protected override Uri Nowhere => new("https://nowhere.test/");

    protected override IAutomationService Service => _automation;

    [Fact]
    public async Task ACrash_FailsWhatIsUnderWay_AndTheNextNavigationOpensAnew()
    {
        await _automation.PerformAsync(new UiAction.Navigate(Page));
        var began = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _automation.FindPage()!.Elements.First(static element => element.Name == "Save").OnPerform = async (_, _) =>
        {
            began.SetResult();
            await goOn.Task;
            throw new AutomationException(AutomationErrorKind.Crashed, "It crashed.", "default");
        };

        var clicking = _automation.PerformAsync(new UiAction.Click(new UiElement("#save")));
        await began.Task;
        _automation.Crash();
        goOn.SetResult();

        Assert.Equal(AutomationErrorKind.Crashed, (await Assert.ThrowsAsync<AutomationException>(() => clicking.AsTask())).Kind);
        Assert.Null(_automation.FindPage());
        await _automation.PerformAsync(new UiAction.Navigate(Page));
        await _automation.PerformAsync(new UiAction.Click(new UiElement("#save")));
        Assert.Equal(AutomationErrorKind.Crashed, _automation.Actions[1].Error);
    }

    [Fact]
    public async Task FindInterleaving_FindsTwoAtATime_AndNothingElse()
    {
        _automation.ActionTime = TimeSpan.FromMilliseconds(20);
        await _automation.PerformAsync(new UiAction.Navigate(Page));
        await Task.WhenAll(
            _automation.PerformAsync(new UiAction.Click(new UiElement("#save"))).AsTask(),
            _automation.PerformAsync(new UiAction.Click(new UiElement("#show"))).AsTask());
        Assert.Null(_automation.FindInterleaving());

        await Task.WhenAll(
            _automation.PerformAsync(new UiAction.Click(new UiElement("#save"))).AsTask(),
            _automation.PerformAsync(new UiAction.Click(new UiElement("#save"))).AsTask());

        Assert.NotNull(_automation.FindInterleaving());
    }
}
