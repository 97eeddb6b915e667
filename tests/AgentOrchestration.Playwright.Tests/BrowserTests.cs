using System.Diagnostics;

namespace AgentOrchestration.Playwright.Tests;

/// <summary>Agents in a real browser, through the locks of an orchestrator.</summary>
public sealed class BrowserTests(BrowserTests.Shared shared) : IClassFixture<BrowserTests.Shared>
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    // Says on the page when an action on the button begins and ends; between them is a moment in which another one would be seen.
    private const string Form = """
        <!doctype html><title>Form</title>
        <form><input id="name" aria-label="Name"><input id="city" aria-label="City"></form>
        <button id="submit-button" onmousedown="begin()" onclick="end()">Submit</button>
        <p id="log" role="status"></p><p id="count">0</p>
        <script>
            let busy = 0;
            function begin() { busy++; if (busy > 1) log.textContent += 'interleaved '; }
            function end() { busy--; count.textContent = Number(count.textContent) + 1; }
        </script>
        """;

    [Fact]
    public async Task TwoHundredRoundsOfTwoAgentsOnOneButton_NeverInterleave()
    {
        const int rounds = 200;
        await shared.NavigateAsync("/form", Form, "rounds");
        var button = new UiElement("#submit-button", "rounds");
        var alias = new UiElement("text=Submit", "rounds");
        var agents = new[] { button, alias }.Select(async element => await shared.RunAsync(async page =>
        {
            for (var round = 0; round < rounds; round++)
            {
                await page.PerformAsync(new UiAction.Click(element));
            }
        }));

        await Task.WhenAll(agents);

        var page = shared.Page;
        Assert.Equal("", await page.ReadAsync(new UiElement("#log", "rounds")));
        Assert.Equal($"{rounds * 2}", await page.ReadAsync(new UiElement("#count", "rounds")));
        Assert.Empty(shared.Orchestrator.Locks.Snapshot().Holds);
    }

    [Fact]
    public async Task AButtonThatOneAgentHolds_IsWaitedFor_ByAnySelector()
    {
        await shared.NavigateAsync("/form", Form, "held");
        var held = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var order = new List<string>();
        var holder = shared.RunAsync(async page =>
        {
            await using var guard = await page.HoldAsync(new UiElement("#submit-button", "held"));
            held.SetResult();
            await goOn.Task;
            await page.PerformAsync(new UiAction.Click(new UiElement("#submit-button", "held")));
            order.Add("holder");
        });
        await held.Task.WaitAsync(Long);

        var other = shared.RunAsync(async page =>
        {
            await page.PerformAsync(new UiAction.Click(new UiElement("role=button[name=Submit]", "held")));
            order.Add("other");
        });
        await shared.WaitsAsync();
        goOn.SetResult();
        await holder;
        await other;

        Assert.Equal(["holder", "other"], order);
    }

    [Fact]
    public async Task AWizardOfTwoSteps_IsDoneByEachAgentAsAWhole()
    {
        await shared.NavigateAsync(
            "/wizard",
            """
            <!doctype html><title>Wizard</title>
            <div id="one"><input id="who" aria-label="Who"><button id="next" onclick="one.hidden = true; two.hidden = false">Next</button></div>
            <div id="two" hidden><button id="finish" onclick="done.textContent += who.value + ' '; who.value = ''; two.hidden = true; one.hidden = false">Finish</button></div>
            <p id="done" role="status"></p>
            """,
            "wizard");

        await Task.WhenAll(new[] { "Ada", "Grace", "Edsger" }.Select(name => shared.RunAsync(async page =>
        {
            await using var guard = await page.HoldSurfaceAsync("wizard");
            await page.PerformAsync(new UiAction.Type(new UiElement("#who", "wizard"), name));
            await page.PerformAsync(new UiAction.Click(new UiElement("#next", "wizard")));
            await page.PerformAsync(new UiAction.Click(new UiElement("#finish", "wizard")));
        })));

        var done = await shared.Page.ReadAsync(new UiElement("#done", "wizard"));
        Assert.Equal(["Ada", "Edsger", "Grace"], done.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ALongList_IsCutForThoseWhoLook_AndScrolledToByThoseWhoAct()
    {
        await shared.NavigateAsync(
            "/list",
            $"<!doctype html><title>List</title><ul>{string.Concat(Enumerable.Range(1, 2_000).Select(static i => $"<li><button id=\"b{i}\" onclick=\"last.textContent = {i}\">Item {i}</button></li>"))}</ul><p id=\"last\"></p>",
            "list");

        var seen = await shared.Page.ObserveAsync("list", new UiObservationOptions { MaxCharacters = 5_000 });
        await shared.Page.PerformAsync(new UiAction.Click(new UiElement("#b1990", "list")));

        Assert.True(seen.IsCut);
        Assert.InRange(seen.Tree.Length, 4_000, 5_000);
        Assert.Equal("1990", await shared.Page.ReadAsync(new UiElement("#last", "list")));
    }

    [Fact]
    public async Task ANavigation_DoesNotComeBetweenWhatAnotherAgentTypesAndSends()
    {
        await shared.NavigateAsync("/form", Form, "typing");
        var name = new UiElement("#name", "typing");
        var typed = new TaskCompletionSource();
        var read = new List<string>();
        var typing = shared.RunAsync(async page =>
        {
            await using var guard = await page.HoldSurfaceAsync("typing");
            for (var i = 0; i < 10; i++)
            {
                await page.PerformAsync(new UiAction.Type(name, $"{i}") { Clear = false });
                typed.TrySetResult();
            }

            read.Add(await page.ReadAsync(name));
        });
        await typed.Task.WaitAsync(Long);

        await shared.RunAsync(page => page.PerformAsync(new UiAction.Navigate(shared.Address("/form"), "typing")).AsTask());
        await typing;

        Assert.Equal("0123456789", Assert.Single(read));
        Assert.Equal("", await shared.Page.ReadAsync(name));
    }

    [Fact]
    public async Task FramesAndShadowRoots_AreReached_BySelectorAndByReference()
    {
        shared.Server.Add("/card", "<!doctype html><button id=\"pay\" onclick=\"this.textContent = 'Paid'\">Pay</button>");
        await shared.NavigateAsync(
            "/frames",
            """
            <!doctype html><title>Frames</title><iframe id="payment" src="/card"></iframe><div id="host"></div>
            <script>host.attachShadow({ mode: 'open' }).innerHTML = '<button id="inner" onclick="this.textContent = \'Pressed\'">Press</button>'</script>
            """,
            "frames");
        var pay = new UiElement("frame=#payment >> #pay", "frames");
        var inner = new UiElement("#inner", "frames");

        await shared.Page.PerformAsync(new UiAction.Click(pay));
        await shared.Page.PerformAsync(new UiAction.Click(inner));
        var seen = (await shared.Page.ObserveAsync("frames")).Tree;

        Assert.Equal("Paid", await shared.Page.ReadAsync(pay));
        Assert.Equal("Pressed", await shared.Page.ReadAsync(inner));
        Assert.Equal(await shared.Page.IdentifyAsync(pay), await shared.Page.IdentifyAsync(new UiElement($"ref={RefOf(seen, "Paid")}", "frames")));
        Assert.Equal(await shared.Page.IdentifyAsync(inner), await shared.Page.IdentifyAsync(new UiElement($"ref={RefOf(seen, "Pressed")}", "frames")));
    }

    [Fact]
    public async Task ADialog_IsAnsweredAndTold()
    {
        await shared.NavigateAsync("/dialog", "<!doctype html><button id=\"ask\" onclick=\"answer.textContent = confirm('Delete all?')\">Ask</button><p id=\"answer\"></p>", "dialog");

        var result = await shared.Page.PerformAsync(new UiAction.Click(new UiElement("#ask", "dialog")));

        Assert.Equal(["Delete all?"], result.Dialogs);
        Assert.Equal("false", await shared.Page.ReadAsync(new UiElement("#answer", "dialog")));
        Assert.DoesNotContain("Delete", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APopup_IsASurfaceOfItsOwn()
    {
        shared.Server.Add("/help", "<!doctype html><title>Help</title><p id=\"text\">Here it is.</p>");
        await shared.NavigateAsync("/opener", "<!doctype html><button id=\"open\" onclick=\"window.open('/help')\">Help</button>", "opener");

        var opened = new List<string>((await shared.Page.PerformAsync(new UiAction.Click(new UiElement("#open", "opener")))).OpenedSurfaces);
        for (var i = 0; opened.Count == 0 && i < 50; i++)
        {
            opened.AddRange((await shared.Page.PerformAsync(new UiAction.Hover(new UiElement("#open", "opener")))).OpenedSurfaces);
        }

        Assert.Equal("Here it is.", await shared.Page.ReadAsync(new UiElement("#text", Assert.Single(opened))));
        await shared.Page.CloseAsync(opened[0]);
    }

    [Fact]
    public async Task ADownload_IsKeptInItsFolder()
    {
        shared.Server.Add("/report.bin", "the report");
        await shared.NavigateAsync("/download", "<!doctype html><a id=\"get\" href=\"/report.bin\" download=\"../../report.txt\">Get</a>", "download");

        var kept = new List<string>((await shared.Page.PerformAsync(new UiAction.Click(new UiElement("#get", "download")))).Downloads);
        for (var i = 0; kept.Count == 0 && i < 50; i++)
        {
            kept.AddRange((await shared.Page.PerformAsync(new UiAction.Hover(new UiElement("#get", "download")))).Downloads);
        }

        var path = Assert.Single(kept);
        Assert.Equal(shared.Downloads, Path.GetDirectoryName(path));
        Assert.Equal("the report", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task AnElementBehindAnother_IsNotActionable_AndAPageThatHangsIsLeft()
    {
        await shared.NavigateAsync(
            "/covered", "<!doctype html><button id=\"under\">Under</button><button id=\"hang\" onclick=\"while (true) { }\">Hang</button><div style=\"position:fixed;inset:0;pointer-events:auto\" id=\"cover\"></div>", "covered");
        var covered = await Assert.ThrowsAsync<AutomationException>(
            () => shared.Page.PerformAsync(new UiAction.Click(new UiElement("#under", "covered")) { Timeout = TimeSpan.FromSeconds(2) }).AsTask());
        Assert.Equal(AutomationErrorKind.NotActionable, covered.Kind);
        Assert.Contains("covered by another element", covered.Message, StringComparison.Ordinal);

        await shared.NavigateAsync("/hang", "<!doctype html><button id=\"hang\" onclick=\"while (true) { }\">Hang</button>", "hang");
        using var cancel = new CancellationTokenSource();
        var hanging = shared.Page.PerformAsync(new UiAction.Click(new UiElement("#hang", "hang")), cancel.Token).AsTask();
        cancel.CancelAfter(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging.WaitAsync(Long));

        var closed = await Assert.ThrowsAsync<AutomationException>(() => shared.Page.ReadAsync(new UiElement("#hang", "hang")).AsTask());
        Assert.Equal(AutomationErrorKind.SurfaceClosed, closed.Kind);
        await shared.NavigateAsync("/form", Form, "hang");
    }

    [Fact]
    public async Task ATabThatCrashes_FailsWhatIsUnderWay_AndOpensAgain()
    {
        await shared.NavigateAsync("/form", Form, "crash");
        await shared.NavigateAsync("/form", Form, "beside");
        var waiting = shared.Page.PerformAsync(new UiAction.WaitFor(new UiElement("#never", "crash")) { Timeout = Long }).AsTask();

        var crashing = await Assert.ThrowsAsync<AutomationException>(() => shared.Service.PerformAsync(new UiAction.Navigate(new Uri("chrome://crash"), "crash")).AsTask());
        var failed = await Assert.ThrowsAsync<AutomationException>(() => waiting.WaitAsync(Long));

        Assert.Equal(AutomationErrorKind.Crashed, failed.Kind);
        Assert.True(crashing.Kind is AutomationErrorKind.Crashed or AutomationErrorKind.NotReachable, crashing.ToString());
        var after = await Assert.ThrowsAsync<AutomationException>(() => shared.Page.ReadAsync(new UiElement("#name", "crash")).AsTask());
        Assert.Equal(AutomationErrorKind.SurfaceClosed, after.Kind);
        await shared.Page.PerformAsync(new UiAction.Click(new UiElement("#submit-button", "beside")));
        await shared.NavigateAsync("/form", Form, "crash");
        await shared.Page.PerformAsync(new UiAction.Click(new UiElement("#submit-button", "crash")));
    }

    [Fact]
    public async Task SurfacesOfOneContext_ShareCookies_AndOthersDoNot()
    {
        const string visits = "<!doctype html><p id=\"seen\"></p><script>seen.textContent = document.cookie; document.cookie = 'visited=yes'</script>";
        await shared.NavigateAsync("/visits", visits, "ada/one");
        await shared.NavigateAsync("/visits", visits, "ada/two");
        await shared.NavigateAsync("/visits", visits, "grace/one");

        Assert.Equal("visited=yes", await shared.Page.ReadAsync(new UiElement("#seen", "ada/two")));
        Assert.Equal("", await shared.Page.ReadAsync(new UiElement("#seen", "grace/one")));
    }

    private static string RefOf(string tree, string name)
    {
        var line = tree.Split('\n').Single(one => one.Contains($"\"{name}\"", StringComparison.Ordinal));
        var start = line.IndexOf("[ref=", StringComparison.Ordinal) + 5;
        return line[start..line.IndexOf(']', start)];
    }

    public sealed class Shared : IAsyncLifetime
    {
        private AgentOrchestrator? _orchestrator;

        public string Downloads { get; } = Directory.CreateTempSubdirectory("downloads-").FullName;

        internal PageServer Server { get; } = new();

        public PlaywrightAutomation Service => field ??= new PlaywrightAutomation(Chromium.Options(options =>
        {
            options.DownloadFolder = Downloads;
            options.ContextOf = static surface => surface.Split('/')[0];
        }));

        public AgentOrchestrator Orchestrator => _orchestrator ??= AgentOrchestrator.Create(options =>
        {
            options.Automation = Service;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.AddAgent("default", static (_, _) => Task.FromResult<AgentOutput>(""));
        });

        public GuardedAutomation Page => Orchestrator.Automation!;

        public Uri Address(string path) => new(Server.Root, path);

        public async Task NavigateAsync(string path, string html, string surface) => await Page.PerformAsync(new UiAction.Navigate(Server.Add(path, html), surface));

        public async Task RunAsync(Func<GuardedAutomation, Task> act)
        {
            var handle = await Orchestrator.SpawnAsync("act", new Acting(act));
            var result = await handle.Completion.WaitAsync(Long);
            Assert.True(result.State == AgentState.Completed, $"{result.Error?.Message} {result.Error?.Exception}");
        }

        public async Task WaitsAsync()
        {
            await foreach (var e in Orchestrator.Subscribe(new EventFilter { After = 0 }))
            {
                if (e is AgentWaiting && Orchestrator.Locks.Snapshot().Waits.Count > 0)
                {
                    return;
                }
            }
        }

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            if (_orchestrator is not null)
            {
                await _orchestrator.DisposeAsync();
                await Service.DisposeAsync();
            }

            await Server.DisposeAsync();
            Directory.Delete(Downloads, recursive: true);
        }
    }
}
