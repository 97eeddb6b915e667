namespace AgentOrchestration.Tests.Contracts;

/// <summary>What every adapter of a user interface promises. It works on one page, which the adapter's tests must provide as <see cref="StandardPage"/> describes it.</summary>
public abstract class AutomationServiceContract
{
    /// <summary>The page as HTML, for adapters of browsers; others build the same.</summary>
    public const string StandardPage = """
        <!doctype html><title>Standard</title>
        <h1>Standard page</h1>
        <input id="name" name="name" aria-label="Name" value="old">
        <label><input id="agree" type="checkbox"> Agree</label>
        <select id="color" aria-label="Color"><option>red</option><option>green</option><option>blue</option></select>
        <button id="save" onclick="log.textContent += 'saved '" ondblclick="log.textContent += 'twice '">Save</button>
        <button id="off" disabled>Off</button>
        <button id="enable" onclick="setTimeout(() => off.disabled = false, 50)">Enable</button>
        <button id="show" onclick="setTimeout(() => later.hidden = false, 50)">Show</button>
        <p id="later" hidden>Later</p>
        <button id="replace" onclick="const old = document.getElementById('save'); old.replaceWith(old.cloneNode(true))">Replace</button>
        <span class="item">one</span><span class="item">two</span>
        <input id="file" type="file" aria-label="File">
        <div id="from" draggable="true" role="note" aria-label="From" style="width:50px;height:20px">From</div>
        <div id="to" role="note" aria-label="To" style="width:50px;height:20px" ondragover="event.preventDefault()" ondrop="log.textContent += 'dropped '">To</div>
        <p id="log" role="status" aria-label="Log"></p>
        <script>document.getElementById('name').addEventListener('keydown', e => { if (e.key === 'Enter') log.textContent += 'entered ' })</script>
        """;

    private static readonly UiElement Name = new("#name");
    private static readonly UiElement Log = new("#log");
    private static readonly UiElement Save = new("#save");

    /// <summary>Longer than the adapter takes to find an element that is there, on a busy machine.</summary>
    protected virtual TimeSpan ShortTime => TimeSpan.FromMilliseconds(300);

    /// <summary>Where the standard page is.</summary>
    protected abstract Uri Page { get; }

    /// <summary>An address at which there is nothing.</summary>
    protected abstract Uri Nowhere { get; }

    /// <summary>The adapter, which every test of the class may share. Its surfaces are those that earlier tests left.</summary>
    protected abstract IAutomationService Service { get; }

    [Fact]
    public async Task Navigate_OpensTheSurface_AndSaysWhereItIs()
    {
        var result = await Service.PerformAsync(new UiAction.Navigate(Page));

        Assert.Equal(Page.ToString(), result.Address);
        Assert.Equal(Page.ToString(), await Service.GetAddressAsync());
        var observed = await Service.ObserveAsync();
        Assert.Equal((UiElement.DefaultSurface, Page.ToString(), "Standard"), (observed.Surface, observed.Address, observed.Title));
    }

    [Fact]
    public async Task Navigate_ToNowhere_SaysSo()
    {
        await FailsAsync(AutomationErrorKind.NotReachable, Service.PerformAsync(new UiAction.Navigate(Nowhere)));
    }

    [Fact]
    public async Task Click_TakesEffectOnce()
    {
        await OpenAsync();

        await Service.PerformAsync(new UiAction.Click(Save));

        Assert.Equal("saved", (await Service.ReadAsync(Log)).Trim());
    }

    [Fact]
    public async Task DoubleClick_IsOne()
    {
        await OpenAsync();

        await Service.PerformAsync(new UiAction.DoubleClick(Save));

        Assert.Contains("twice", await Service.ReadAsync(Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Type_ReplacesWhatIsThere_OrAddsToIt()
    {
        await OpenAsync();

        await Service.PerformAsync(new UiAction.Type(Name, "Ada"));
        Assert.Equal("Ada", await Service.ReadAsync(Name));
        await Service.PerformAsync(new UiAction.Type(Name, " L.") { Clear = false });

        Assert.Equal("Ada L.", await Service.ReadAsync(Name));
    }

    [Fact]
    public async Task PressKeys_GoesToTheElement()
    {
        await OpenAsync();

        await Service.PerformAsync(new UiAction.PressKeys(Name, "Enter"));

        Assert.Contains("entered", await Service.ReadAsync(Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ChecksAndClears()
    {
        await OpenAsync();
        var agree = new UiElement("#agree");

        Assert.Equal("false", await Service.ReadAsync(agree));
        await Service.PerformAsync(new UiAction.Check(agree));
        await Service.PerformAsync(new UiAction.Check(agree));
        Assert.Equal("true", await Service.ReadAsync(agree));
        await Service.PerformAsync(new UiAction.Check(agree, IsChecked: false));

        Assert.Equal("false", await Service.ReadAsync(agree));
    }

    [Fact]
    public async Task Select_Selects_AndRefusesWhatIsNotThere()
    {
        await OpenAsync();
        var color = new UiElement("#color");

        await Service.PerformAsync(new UiAction.Select(color, "green"));

        Assert.Equal("green", await Service.ReadAsync(color));
        await FailsAsync(AutomationErrorKind.NotActionable, Service.PerformAsync(new UiAction.Select(color, "pink") { Timeout = ShortTime }));
    }

    [Fact]
    public async Task HoverAndScroll_AreDone()
    {
        await OpenAsync();

        await Service.PerformAsync(new UiAction.Hover(Save));
        await Service.PerformAsync(new UiAction.Scroll(Log));
        await Service.PerformAsync(new UiAction.Scroll(new UiElement("#to")) { Down = 10 });
    }

    [Fact]
    public async Task Drag_DropsOnTheTarget()
    {
        await OpenAsync();

        await Service.PerformAsync(new UiAction.Drag(new UiElement("#from"), new UiElement("#to")));

        Assert.Contains("dropped", await Service.ReadAsync(Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_GivesTheFile()
    {
        await OpenAsync();
        var path = Path.Combine(Path.GetTempPath(), $"upload-{Guid.NewGuid():n}.txt");
        await File.WriteAllTextAsync(path, "content");
        try
        {
            await Service.PerformAsync(new UiAction.Upload(new UiElement("#file"), path));

            Assert.EndsWith(Path.GetFileName(path), await Service.ReadAsync(new UiElement("#file")), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task WaitFor_EndsWhenTheStateIsThere_OrInTime()
    {
        await OpenAsync();
        var later = new UiElement("#later");

        await Service.PerformAsync(new UiAction.WaitFor(later, UiElementState.Hidden));
        await FailsAsync(AutomationErrorKind.TimedOut, Service.PerformAsync(new UiAction.WaitFor(later) { Timeout = ShortTime }));
        await Service.PerformAsync(new UiAction.Click(new UiElement("#show")));
        await Service.PerformAsync(new UiAction.WaitFor(later));
        await FailsAsync(AutomationErrorKind.TimedOut, Service.PerformAsync(new UiAction.WaitFor(new UiElement("#off"), UiElementState.Enabled) { Timeout = ShortTime }));
        await Service.PerformAsync(new UiAction.Click(new UiElement("#enable")));

        await Service.PerformAsync(new UiAction.WaitFor(new UiElement("#off"), UiElementState.Enabled));
    }

    [Fact]
    public async Task AnAction_WaitsForItsElement()
    {
        await OpenAsync();

        await Service.PerformAsync(new UiAction.Click(new UiElement("#enable")));
        await Service.PerformAsync(new UiAction.Click(new UiElement("#off")));
    }

    [Fact]
    public async Task Observe_GivesATreeWithReferences_ThatAreSelectors()
    {
        await OpenAsync();

        var observed = await Service.ObserveAsync(options: new UiObservationOptions { Screenshot = true });
        var line = Assert.Single(observed.Tree.Split('\n'), static line => line.Contains("button \"Save\"", StringComparison.Ordinal));
        var reference = line[(line.IndexOf("[ref=", StringComparison.Ordinal) + 5)..];
        await Service.PerformAsync(new UiAction.Click(new UiElement($"ref={reference[..reference.IndexOf(']', StringComparison.Ordinal)]}")));

        Assert.Equal("saved", (await Service.ReadAsync(Log)).Trim());
        Assert.Contains("textbox \"Name\"", observed.Tree, StringComparison.Ordinal);
        Assert.False(observed.IsCut);
        Assert.False(observed.Screenshot.IsEmpty);
        Assert.NotNull(observed.ScreenshotMediaType);
    }

    [Fact]
    public async Task Observe_IsCutAtTheEndOfALine()
    {
        await OpenAsync();

        var observed = await Service.ObserveAsync(options: new UiObservationOptions { MaxCharacters = 100 });

        Assert.True(observed.IsCut);
        Assert.InRange(observed.Tree.Length, 1, 100);
        Assert.EndsWith("\n", observed.Tree, StringComparison.Ordinal);
        Assert.True(observed.Screenshot.IsEmpty);
    }

    [Fact]
    public async Task Observe_WithinAnElement_GivesItsPart()
    {
        await OpenAsync();

        var observed = await Service.ObserveAsync(options: new UiObservationOptions { Within = "#save" });

        Assert.Contains("Save", observed.Tree, StringComparison.Ordinal);
        Assert.DoesNotContain("Name", observed.Tree, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identify_GivesTwoSelectorsOfOneNodeOneName()
    {
        await OpenAsync();

        var one = await Service.IdentifyAsync(Name);
        var other = await Service.IdentifyAsync(new UiElement("[name=name]"));
        var save = await Service.IdentifyAsync(Save);
        await Service.PerformAsync(new UiAction.Type(one, "by its name"));

        Assert.Equal(one, other);
        Assert.Equal(one, await Service.IdentifyAsync(one));
        Assert.NotEqual(one, save);
        Assert.Equal("by its name", await Service.ReadAsync(Name));
    }

    [Fact]
    public async Task Identify_TellsANodeFromTheOneThatReplacedIt()
    {
        await OpenAsync();
        var before = await Service.IdentifyAsync(Save);

        await Service.PerformAsync(new UiAction.Click(new UiElement("#replace")));

        Assert.NotEqual(before, await Service.IdentifyAsync(Save));
        await FailsAsync(AutomationErrorKind.NotFound, Service.PerformAsync(new UiAction.Click(before) { Timeout = ShortTime }));
    }

    [Fact]
    public async Task WhatIsNotThere_IsNotFound()
    {
        await OpenAsync();
        var missing = new UiElement("#missing");

        var thrown = await FailsAsync(AutomationErrorKind.NotFound, Service.PerformAsync(new UiAction.Click(missing) { Timeout = ShortTime }));

        Assert.Equal((missing, UiElement.DefaultSurface), (thrown.Element, thrown.Surface));
        Assert.Contains("#missing", thrown.Message, StringComparison.Ordinal);
        await FailsAsync(AutomationErrorKind.NotFound, Service.IdentifyAsync(missing, ShortTime));
    }

    [Fact]
    public async Task WhatFitsSeveral_IsAmbiguous()
    {
        await OpenAsync();

        await FailsAsync(AutomationErrorKind.Ambiguous, Service.PerformAsync(new UiAction.Click(new UiElement(".item")) { Timeout = ShortTime }));
        await FailsAsync(AutomationErrorKind.Ambiguous, Service.IdentifyAsync(new UiElement(".item"), ShortTime));
    }

    [Fact]
    public async Task WhatTakesNoInput_IsNotActionable()
    {
        await OpenAsync();

        await FailsAsync(AutomationErrorKind.NotActionable, Service.PerformAsync(new UiAction.Click(new UiElement("#off")) { Timeout = ShortTime }));
        await FailsAsync(AutomationErrorKind.NotActionable, Service.PerformAsync(new UiAction.Click(new UiElement("#later")) { Timeout = ShortTime }));
    }

    [Fact]
    public async Task ASurfaceThatIsNotOpen_IsClosed_AndAnotherOneGoesOn()
    {
        await OpenAsync();
        await OpenAsync("other");

        await Service.CloseAsync("other");
        await Service.CloseAsync("other");

        await FailsAsync(AutomationErrorKind.SurfaceClosed, Service.PerformAsync(new UiAction.Click(new UiElement("#save", "other"))));
        await FailsAsync(AutomationErrorKind.SurfaceClosed, Service.ReadAsync(new UiElement("#save", "never")));
        await FailsAsync(AutomationErrorKind.SurfaceClosed, Service.ObserveAsync("never"));
        await FailsAsync(AutomationErrorKind.SurfaceClosed, Service.GetAddressAsync("never"));
        await Service.PerformAsync(new UiAction.Click(Save));
        await OpenAsync("other");
    }

    [Fact]
    public async Task ClosingASurface_FailsWhatIsUnderWayOnIt()
    {
        await OpenAsync("closing");

        var waiting = Service.PerformAsync(new UiAction.WaitFor(new UiElement("#later", "closing")) { Timeout = TimeSpan.FromSeconds(20) });
        await Service.CloseAsync("closing");

        await FailsAsync(AutomationErrorKind.SurfaceClosed, waiting);
    }

    [Fact]
    public async Task ACancelledCall_EndsAtOnce_AndNothingHappensLater()
    {
        await OpenAsync();
        using var cancel = new CancellationTokenSource();

        var clicking = Service.PerformAsync(new UiAction.Click(new UiElement("#off")) { Timeout = TimeSpan.FromSeconds(20) }, cancel.Token).AsTask();
        var waiting = Service.PerformAsync(new UiAction.WaitFor(new UiElement("#later")) { Timeout = TimeSpan.FromSeconds(20) }, cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => clicking.WaitAsync(TimeSpan.FromSeconds(10)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Service.PerformAsync(new UiAction.Click(Save), cancel.Token).AsTask());

        Assert.Equal("", (await Service.ReadAsync(Log)).Replace("Log", "", StringComparison.Ordinal).Trim());
    }

    [Fact]
    public async Task Surfaces_DoNotWaitForEachOther()
    {
        await OpenAsync("one");
        await OpenAsync("two");

        var waiting = Service.PerformAsync(new UiAction.WaitFor(new UiElement("#later", "one")) { Timeout = TimeSpan.FromSeconds(20) });
        await Service.PerformAsync(new UiAction.Click(new UiElement("#save", "two")));
        await Service.PerformAsync(new UiAction.Click(new UiElement("#show", "one")));

        await waiting;
        Assert.Equal("saved", (await Service.ReadAsync(new UiElement("#log", "two"))).Trim());
        Assert.Equal("", (await Service.ReadAsync(new UiElement("#log", "one"))).Replace("Log", "", StringComparison.Ordinal).Trim());
    }

    private static async Task<AutomationException> FailsAsync<T>(AutomationErrorKind kind, ValueTask<T> call)
    {
        var thrown = await Assert.ThrowsAsync<AutomationException>(() => call.AsTask());
        Assert.True(thrown.Kind == kind, $"{thrown.Kind} instead of {kind}: {thrown.Message} {thrown.InnerException}");
        Assert.DoesNotContain("Standard page", thrown.Message, StringComparison.Ordinal);
        return thrown;
    }

    private async Task OpenAsync(string surface = UiElement.DefaultSurface) => await Service.PerformAsync(new UiAction.Navigate(Page, surface));
}
