using System.Diagnostics;
using System.Globalization;

namespace AgentOrchestration.Playwright.Tests;

/// <summary>What becomes of processes: when the adapter ends, and when the browser does.</summary>
[Collection(nameof(ProcessTests))]
[CollectionDefinition(nameof(ProcessTests), DisableParallelization = true)]
public sealed class ProcessTests
{
    private const string Page = "<!doctype html><title>Page</title><input id=\"name\" aria-label=\"Name\"><button id=\"save\">Save</button>";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Disposal_LeavesNoProcess_AndEndsWhatIsUnderWay()
    {
        await using var server = new PageServer();
        var options = Chromium.Options();
        var before = Chromium.Processes().ConvertAll(static process => process.Id);
        var automation = new PlaywrightAutomation(options);
        await automation.PerformAsync(new UiAction.Navigate(server.Add("/", Page)));
        Assert.NotEqual(before.Count, Chromium.Processes().Count);
        var waiting = automation.PerformAsync(new UiAction.WaitFor(new UiElement("#never"))).AsTask();

        await automation.DisposeAsync();

        await Assert.ThrowsAsync<AutomationException>(() => waiting.WaitAsync(Long));
        await Chromium.WhenGoneAsync(before);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => automation.PerformAsync(new UiAction.Navigate(server.Root)).AsTask());
    }

    [Fact]
    public async Task KillingTheBrowserAtRandomMoments_LeavesNoGuardAndNoProcess()
    {
        var seed = Environment.GetEnvironmentVariable("BROWSER_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
        var kills = Environment.GetEnvironmentVariable("BROWSER_KILLS") is { Length: > 0 } number ? int.Parse(number, CultureInfo.InvariantCulture) : 5;
        var random = new Random(seed);
        await using var server = new PageServer();
        var address = server.Add("/", Page);
        var options = Chromium.Options();
        var before = Chromium.Processes().ConvertAll(static process => process.Id);
        await using (var orchestrator = AgentOrchestrator.Create(agents =>
        {
            agents.UseAutomation(_ => new PlaywrightAutomation(options));
            agents.ShutdownDrainPeriod = TimeSpan.Zero;
        }))
        {
            var done = 0;
            using var stop = new CancellationTokenSource();
            var agents = new List<AgentHandle>();
            for (var i = 0; i < 3; i++)
            {
                var surface = $"surface {i % 2}";
                agents.Add(await orchestrator.SpawnAsync("work", new Acting(async page =>
                {
                    while (!stop.IsCancellationRequested)
                    {
                        try
                        {
                            await page.PerformAsync(new UiAction.Click(new UiElement("#save", surface)) { Timeout = TimeSpan.FromSeconds(5) });
                            await page.PerformAsync(new UiAction.Type(new UiElement("#name", surface), "x") { Timeout = TimeSpan.FromSeconds(5) });
                            Interlocked.Increment(ref done);
                        }
                        catch (AutomationException exception) when (exception.Kind is AutomationErrorKind.Crashed or AutomationErrorKind.SurfaceClosed or AutomationErrorKind.NotFound)
                        {
                            await RecoverAsync(page, address, surface);
                        }
                    }
                })));
            }

            for (var kill = 0; kill < kills; kill++)
            {
                var goal = Volatile.Read(ref done) + 1 + random.Next(5);
                await UntilAsync(() => Volatile.Read(ref done) >= goal || agents.Exists(static agent => agent.Completion.IsCompleted), seed);
                await Task.Delay(random.Next(100));
                if (Chromium.Processes().Find(process => !before.Contains(process.Id) && process.Name.StartsWith("chromium", StringComparison.Ordinal)) is { Id: > 0 } browser)
                {
                    try
                    {
                        Process.GetProcessById(Chromium.Processes().Where(process => process.Name == browser.Name && !before.Contains(process.Id)).Min(static process => process.Id)).Kill();
                    }
                    catch (ArgumentException)
                    {
                        // It ended by itself in between.
                    }
                }
            }

            var last = Volatile.Read(ref done) + 3;
            await UntilAsync(() => Volatile.Read(ref done) >= last || agents.Exists(static agent => agent.Completion.IsCompleted), seed);
            await stop.CancelAsync();
            foreach (var agent in agents)
            {
                var result = await agent.Completion.WaitAsync(Long);
                Assert.True(result.State == AgentState.Completed, $"seed {seed}: {result.Error?.Message} {result.Error?.Exception}");
            }

            Assert.Empty(orchestrator.Locks.Snapshot().Holds);
        }

        await Chromium.WhenGoneAsync(before);
    }

    [Fact]
    public async Task ABrowserThatRunsAlready_IsUsed_AndLeftRunning()
    {
        await using var server = new PageServer();
        var options = Chromium.Options();
        var profile = Directory.CreateTempSubdirectory("profile-").FullName;
        var start = new ProcessStartInfo(options.ExecutablePath!) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in options.Arguments.Concat(["--headless", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"]))
        {
            start.ArgumentList.Add(argument);
        }

        using var browser = Process.Start(start)!;
        try
        {
            const string listening = "DevTools listening on ws://";
            string? line;
            do
            {
                line = await browser.StandardError.ReadLineAsync().WaitAsync(Long);
                Assert.NotNull(line);
            }
            while (!line.Contains(listening, StringComparison.Ordinal));
            _ = browser.StandardError.ReadToEndAsync();
            var authority = line[(line.IndexOf(listening, StringComparison.Ordinal) + listening.Length)..].Split('/')[0];

            await using (var automation = new PlaywrightAutomation(new PlaywrightOptions { Endpoint = new Uri($"http://{authority}/") }))
            {
                await automation.PerformAsync(new UiAction.Navigate(server.Add("/", Page)));
                await automation.PerformAsync(new UiAction.Type(new UiElement("#name"), "Ada"));
                Assert.Equal("Ada", await automation.ReadAsync(new UiElement("#name")));
            }

            Assert.False(browser.HasExited);
            await using var gone = new PlaywrightAutomation(new PlaywrightOptions { Endpoint = new Uri("http://127.0.0.1:1/") });
            var thrown = await Assert.ThrowsAsync<AutomationException>(() => gone.PerformAsync(new UiAction.Navigate(server.Root)).AsTask());
            Assert.Equal(AutomationErrorKind.Crashed, thrown.Kind);
        }
        finally
        {
            browser.Kill(entireProcessTree: true);
            await browser.WaitForExitAsync();
            await DeleteAsync(profile);
        }
    }

    [Fact]
    public async Task ABrowserThatCannotBeStarted_IsSaidSo()
    {
        await using var automation = new PlaywrightAutomation(new PlaywrightOptions { ExecutablePath = "/nowhere/chromium" });

        var thrown = await Assert.ThrowsAsync<AutomationException>(() => automation.PerformAsync(new UiAction.Navigate(new Uri("http://127.0.0.1:1/"))).AsTask());

        Assert.Equal(AutomationErrorKind.Crashed, thrown.Kind);
        Assert.Contains("ExecutablePath", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionsOutOfTheirRange_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new PlaywrightAutomation(new PlaywrightOptions { MaxSurfaces = 0 }));
        Assert.Throws<ArgumentException>(() => new PlaywrightAutomation(new PlaywrightOptions { ActionTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => new PlaywrightAutomation(new PlaywrightOptions { NavigationTimeout = TimeSpan.FromDays(2) }));
        Assert.Throws<ArgumentException>(() => new PlaywrightAutomation(new PlaywrightOptions { Endpoint = new Uri("ftp://x/") }));
        Assert.Throws<ArgumentException>(() => new PlaywrightAutomation(new PlaywrightOptions { Endpoint = new Uri("http://x/"), Browser = PlaywrightBrowser.Firefox }));
        Assert.Throws<ArgumentException>(() => new PlaywrightAutomation(new PlaywrightOptions { MaxDownloadBytes = 0 }));
        Assert.Throws<ArgumentException>(() => new PlaywrightAutomation(new PlaywrightOptions { Viewport = (0, 1) }));
    }

    // The browser may be killed again while it starts.
    private static async Task RecoverAsync(GuardedAutomation page, Uri address, string surface)
    {
        try
        {
            await page.PerformAsync(new UiAction.Navigate(address, surface));
        }
        catch (AutomationException exception) when (exception.Kind is AutomationErrorKind.Crashed or AutomationErrorKind.SurfaceClosed or AutomationErrorKind.TimedOut)
        {
        }
    }

    // Its processes write for a moment after the first one has ended.
    private static async Task DeleteAsync(string folder)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (tries < 50)
            {
                await Task.Delay(50);
            }
        }
    }

    private static async Task UntilAsync(Func<bool> isDone, int seed)
    {
        var start = Stopwatch.GetTimestamp();
        while (!isDone())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Long, $"seed {seed}: nothing gets done any more");
            await Task.Delay(10);
        }
    }
}
