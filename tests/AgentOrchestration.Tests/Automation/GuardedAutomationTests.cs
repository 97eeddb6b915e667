using System.Text.Json;
using AgentOrchestration.Testing;

namespace AgentOrchestration.Tests.Automation;

public sealed class GuardedAutomationTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly UiElement Save = new("#save");
    private static readonly UiElement Name = new("#name");
    private readonly RecordingAutomation _automation = new();
    private readonly AgentOrchestrator _orchestrator;

    public GuardedAutomationTests()
    {
        _automation.AddPage(PageInMemory.Address, PageInMemory.Build);
        _orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 8;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.Automation = _automation;
        });
    }

    public ValueTask DisposeAsync() => _orchestrator.DisposeAsync();

    [Fact]
    public async Task TwoHundredRoundsOfTwoAgentsOnOneButton_NeverInterleave()
    {
        await OpenAsync();
        for (var round = 0; round < 200; round++)
        {
            await RunAsync(
                page => page.PerformAsync(new UiAction.Click(Save)).AsTask(),
                page => page.PerformAsync(new UiAction.Click(Save)).AsTask());
        }

        Assert.Equal(400, _automation.Actions.Count(static action => action.Action is UiAction.Click));
        Assert.Null(_automation.FindInterleaving());
    }

    [Fact]
    public async Task WithoutTheLocks_TheyDoInterleave()
    {
        await OpenAsync();
        _automation.ActionTime = TimeSpan.FromMilliseconds(5);
        for (var round = 0; round < 200 && _automation.FindInterleaving() is null; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => _automation.PerformAsync(new UiAction.Click(Save)).AsTask())));
        }

        Assert.NotNull(_automation.FindInterleaving());
    }

    [Fact]
    public async Task AliasesOfOneElement_AreOneResource()
    {
        await OpenAsync();
        var gate = Hold("Name");

        var first = RunAsync(page => page.PerformAsync(new UiAction.Hover(Name)).AsTask());
        await gate.WaitForArrivalAsync();
        var second = RunAsync(page => page.PerformAsync(new UiAction.Hover(new UiElement("[name=name]"))).AsTask());
        await WaitsAsync();
        Assert.Single(Under("Name"));
        gate.Open();
        await first;
        await second;

        Assert.Equal(2, Under("Name").Count);
        Assert.Null(_automation.FindInterleaving());
    }

    [Fact]
    public async Task OtherElementsAndSurfaces_DoNotWait()
    {
        await OpenAsync();
        await OpenAsync("other");
        var gate = Hold("Save");
        var clicking = RunAsync(page => page.PerformAsync(new UiAction.Click(Save)).AsTask());
        await gate.WaitForArrivalAsync();

        await RunAsync(page => page.PerformAsync(new UiAction.Click(new UiElement("#show"))).AsTask());
        await RunAsync(page => page.PerformAsync(new UiAction.Type(new UiElement("#name", "other"), "x")).AsTask());
        await RunAsync(async page => await page.ObserveAsync());

        Assert.False(clicking.IsCompleted);
        gate.Open();
        await clicking;
    }

    [Theory]
    [InlineData(UiActionKind.Type)]
    [InlineData(UiActionKind.PressKeys)]
    [InlineData(UiActionKind.Drag)]
    [InlineData(UiActionKind.Navigate)]
    public async Task WhatMovesTheFocusOrThePage_HasTheSurfaceToItself(UiActionKind kind)
    {
        await OpenAsync();
        var gate = Hold("Save");
        var clicking = RunAsync(page => page.PerformAsync(new UiAction.Click(Save)).AsTask());
        await gate.WaitForArrivalAsync();
        UiAction action = kind switch
        {
            UiActionKind.Type => new UiAction.Type(Name, "x"),
            UiActionKind.PressKeys => new UiAction.PressKeys("default", "Enter"),
            UiActionKind.Drag => new UiAction.Drag(new UiElement("#from"), new UiElement("#to")),
            _ => new UiAction.Navigate(PageInMemory.Address),
        };

        var other = RunAsync(page => page.PerformAsync(action).AsTask());
        await WaitsAsync();
        Assert.DoesNotContain(_automation.Actions.Skip(1), one => one.Action.Kind == kind);
        gate.Open();
        await clicking;
        await other;

        Assert.Null(_automation.FindInterleaving());
    }

    [Fact]
    public async Task Reading_WaitsForAnActionOnTheElement()
    {
        await OpenAsync();
        var gate = Hold("Name");
        var clicking = RunAsync(page => page.PerformAsync(new UiAction.Click(Name)).AsTask());
        await gate.WaitForArrivalAsync();
        string? read = null;

        var reading = RunAsync(async page => read = await page.ReadAsync(Name));
        await WaitsAsync();
        Assert.Null(read);
        gate.Open();
        await clicking;
        await reading;

        Assert.Equal("old", read);
    }

    [Fact]
    public async Task AnElementIsHeldOverSeveralActions_ByAnyOfItsSelectors()
    {
        await OpenAsync();
        var held = new AgentGate();
        var holder = RunAsync(async page =>
        {
            await using var guard = await page.HoldAsync(new UiElement("[name=name]"));
            await page.PerformAsync(new UiAction.Click(Name));
            await held.PassAsync(CancellationToken.None);
            await page.PerformAsync(new UiAction.Hover(Name));
        });
        await held.WaitForArrivalAsync();

        var other = RunAsync(page => page.PerformAsync(new UiAction.DoubleClick(Name)).AsTask());
        await WaitsAsync();
        held.Open();
        await holder;
        await other;

        Assert.Equal([UiActionKind.Click, UiActionKind.Hover, UiActionKind.DoubleClick], Under("Name").Select(static action => action.Action.Kind));
    }

    [Fact]
    public async Task ASurfaceIsHeldOverSeveralActions_WithAllItsElements()
    {
        await OpenAsync();
        var held = new AgentGate();
        var holder = RunAsync(async page =>
        {
            await using var guard = await page.HoldSurfaceAsync();
            await page.PerformAsync(new UiAction.Type(Name, "Ada"));
            await held.PassAsync(CancellationToken.None);
            await page.PerformAsync(new UiAction.Click(Save));
        });
        await held.WaitForArrivalAsync();

        var other = RunAsync(page => page.PerformAsync(new UiAction.Click(new UiElement("#show"))).AsTask());
        await WaitsAsync();
        held.Open();
        await holder;
        await other;

        Assert.Equal("Show", _automation.Actions[^1].Element!.Name);
    }

    [Fact]
    public async Task TwoThatHoldElementsAndWantTheSurface_AreNotLeftWaiting()
    {
        await OpenAsync();
        var both = new Barrier();
        var outcomes = new System.Collections.Concurrent.ConcurrentBag<Exception?>();
        Func<UiElement, Func<GuardedAutomation, Task>> wants = element => async page =>
        {
            await using var guard = await page.HoldAsync(element);
            await both.ArriveAsync();
            try
            {
                await page.PerformAsync(new UiAction.Type(Name, "x"));
                outcomes.Add(null);
            }
            catch (ResourceDeadlockException exception)
            {
                outcomes.Add(exception);
            }
        };

        await RunAsync(wants(Save), wants(new UiElement("#show")));

        Assert.Contains(outcomes, static outcome => outcome is ResourceDeadlockException);
        Assert.Contains(outcomes, static outcome => outcome is null);
    }

    [Fact]
    public async Task ACancelledAgent_LetsGo_WhileItWaitsAndWhileItActs()
    {
        await OpenAsync();
        var began = new TaskCompletionSource();
        _automation.FindPage()!.Elements.First(static element => element.Name == "Save").OnPerform = async (_, ct) =>
        {
            began.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        };
        var acting = await SpawnAsync(page => page.PerformAsync(new UiAction.Click(Save)).AsTask());
        await began.Task.WaitAsync(Long);
        var waiting = await SpawnAsync(page => page.PerformAsync(new UiAction.Click(Save)).AsTask());
        await WaitsAsync();

        await _orchestrator.CancelAsync(waiting.Id);
        Assert.Equal(AgentState.Cancelled, (await waiting.Completion.WaitAsync(Long)).State);
        await _orchestrator.CancelAsync(acting.Id);
        Assert.Equal(AgentState.Cancelled, (await acting.Completion.WaitAsync(Long)).State);

        Assert.Empty(_orchestrator.Locks.Snapshot().Holds);
        Assert.Single(Under("Save"));
    }

    [Fact]
    public async Task AFailedAction_LetsGo_AndNamesWhatTheCallerNamed()
    {
        await OpenAsync();

        var thrown = await Assert.ThrowsAsync<AutomationException>(
            () => _orchestrator.Automation!.PerformAsync(new UiAction.Click(new UiElement("#off")) { Timeout = TimeSpan.FromMilliseconds(50) }).AsTask());

        Assert.Equal((AutomationErrorKind.NotActionable, new UiElement("#off")), (thrown.Kind, thrown.Element));
        Assert.Contains("#off on default", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(_orchestrator.Locks.Snapshot().Holds);
    }

    [Fact]
    public async Task AnElementThatWasReplacedMeanwhile_IsLookedForAgain()
    {
        await OpenAsync();
        var page = _automation.FindPage()!;
        var old = page.Elements.First(static element => element.Name == "Save");
        var gate = Hold("Save");
        var first = RunAsync(one => one.PerformAsync(new UiAction.Click(Save)).AsTask());
        await gate.WaitForArrivalAsync();
        var second = RunAsync(one => one.PerformAsync(new UiAction.DoubleClick(Save)).AsTask());
        await WaitsAsync();

        page.Remove(old);
        var now = page.Add("button", "Save now", "#save");
        gate.Open();
        await first;
        await second;

        Assert.Same(now, _automation.Actions.Single(static action => action.Action is UiAction.DoubleClick).Element);
    }

    [Fact]
    public async Task AWaitForAnElement_GivesTheSlotBack()
    {
        _orchestrator.MaxConcurrentAgents = 2;
        await OpenAsync();
        var gate = Hold("Save");
        var first = RunAsync(page => page.PerformAsync(new UiAction.Click(Save)).AsTask());
        await gate.WaitForArrivalAsync();
        var second = RunAsync(page => page.PerformAsync(new UiAction.Click(Save)).AsTask());
        await WaitsAsync();

        await RunAsync(static _ => Task.CompletedTask);

        Assert.False(second.IsCompleted);
        gate.Open();
        await first;
        await second;
    }

    [Fact]
    public async Task Events_SayWhatWasDone_AndNotWhatWasTyped()
    {
        await OpenAsync();
        var handle = await SpawnAsync(async page =>
        {
            await page.PerformAsync(new UiAction.Type(Name, "canary-41"));
            await Assert.ThrowsAsync<AutomationException>(() => page.PerformAsync(new UiAction.Click(new UiElement("#off")) { Timeout = TimeSpan.FromMilliseconds(20) }).AsTask());
        });
        await handle.Completion.WaitAsync(Long);

        var performed = new List<AutomationPerformed>();
        await foreach (var e in handle.Watch())
        {
            Assert.DoesNotContain("canary-41", JsonSerializer.Serialize(e, AgentEventJson.TypeInfo), StringComparison.Ordinal);
            if (e is AutomationPerformed action)
            {
                performed.Add(action);
            }
        }

        Assert.Equal(
            [(UiActionKind.Type, "#name", true, null), (UiActionKind.Click, "#off", false, AutomationErrorKind.NotActionable)],
            performed.Select(static one => (one.Action, one.Element, one.Succeeded, one.Error)));
        Assert.All(performed, one => Assert.Equal(handle.Id, one.AgentId));
    }

    [Fact]
    public async Task AfterItsAttempt_ItRefusesToAct()
    {
        await OpenAsync();
        GuardedAutomation? kept = null;
        await RunAsync(page =>
        {
            kept = page;
            return Task.CompletedTask;
        });

        await Assert.ThrowsAsync<InvalidOperationException>(() => kept!.PerformAsync(new UiAction.Click(Save)).AsTask());
    }

    [Fact]
    public async Task WithoutAnAdapter_ThereIsNone()
    {
        await using var orchestrator = AgentOrchestrator.Create(options => options.AddAgent("default", static (context, _) => Task.FromResult<AgentOutput>(context.Automation is null ? "none" : "one")));

        Assert.Null(orchestrator.Automation);
        Assert.Equal("none", (await (await orchestrator.SpawnAsync("look")).Completion).Output!.Text);
    }

    [Fact]
    public void Actions_PrintNoContent_AndRefuseWhatCannotBe()
    {
        Assert.Equal("Type #name on default", new UiAction.Type(Name, "canary").ToString());
        Assert.Equal("Navigate default", new UiAction.Navigate(PageInMemory.Address).ToString());
        Assert.Throws<ArgumentException>(() => new UiAction.Navigate(new Uri("/relative", UriKind.Relative)));
        Assert.Throws<ArgumentException>(() => new UiAction.Drag(Name, new UiElement("#to", "other")));
        Assert.Throws<ArgumentNullException>(() => new UiAction.Click(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UiAction.Click(Name) { Timeout = TimeSpan.Zero });
        Assert.Throws<ArgumentException>(() => new UiElement(" "));
        Assert.Throws<ArgumentException>(() => new UiAction.Upload(Name, [null!]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UiObservationOptions { MaxCharacters = 99 });
    }

    // The element does not go on within its action until the gate opens.
    private AgentGate Hold(string name)
    {
        var gate = new AgentGate();
        _automation.FindPage()!.Elements.First(element => element.Name == name).OnPerform = async (_, ct) => await gate.PassAsync(ct);
        return gate;
    }

    private List<RecordedAction> Under(string name) => [.. _automation.Actions.Where(action => action.Element?.Name == name)];

    private Task OpenAsync(string surface = UiElement.DefaultSurface) => _orchestrator.Automation!.PerformAsync(new UiAction.Navigate(PageInMemory.Address, surface)).AsTask();

    private ValueTask<AgentHandle> SpawnAsync(Func<GuardedAutomation, Task> act) => _orchestrator.SpawnAsync("act", new ScriptedAgent().Do(async (context, _) => await act(context.Automation!)));

    private async Task RunAsync(params IReadOnlyList<Func<GuardedAutomation, Task>> acts)
    {
        var handles = new List<AgentHandle>();
        foreach (var act in acts)
        {
            handles.Add(await SpawnAsync(act));
        }

        foreach (var handle in handles)
        {
            var result = await handle.Completion.WaitAsync(Long);
            Assert.True(result.State == AgentState.Completed, $"{result.Error?.Message} {result.Error?.Exception}");
        }
    }

    private async Task WaitsAsync()
    {
        await foreach (var e in _orchestrator.Subscribe(new EventFilter { After = 0 }))
        {
            if (e is AgentWaiting && _orchestrator.Locks.Snapshot().Waits.Count > 0)
            {
                return;
            }
        }
    }

    private sealed class Barrier
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public Task ArriveAsync()
        {
            if (Interlocked.Increment(ref _arrived) == 2)
            {
                _all.SetResult();
            }

            return _all.Task.WaitAsync(Long);
        }
    }
}
