using System.Diagnostics;

namespace AgentOrchestration.Benchmarks.Automation;

/// <summary>Agents in a real browser, each on a surface of its own, with a page that answers each click after 200 ms.</summary>
internal static class SurfaceAgents
{
    private const int Clicks = 5;

    private static readonly Uri Page = new("data:text/html," + Uri.EscapeDataString(
        """
        <!doctype html><button id="ask" onclick="count++; const n = count; setTimeout(() => { const p = document.createElement('p'); p.id = 'answer-' + n; p.textContent = n; document.body.append(p) }, 200)">Ask</button>
        <script>let count = 0</script>
        """));

    private static readonly string? Program = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public static bool HasBrowser => Program is not null;

    /// <summary>How long the agents take at the same time, and one after the other.</summary>
    public static async Task<(TimeSpan Together, TimeSpan InTurn)> RunAsync(int agents)
    {
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = agents;
            options.AddAgent("default", static async (context, _) =>
            {
                await WorkAsync(context.Automation!, context.Goal.Name!);
                return "";
            }).UsePlaywright(static playwright =>
            {
                playwright.ExecutablePath = Program;
                foreach (var argument in new[] { "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync" })
                {
                    playwright.Arguments.Add(argument);
                }
            });
        });
        for (var i = 0; i < agents; i++)
        {
            await orchestrator.Automation!.PerformAsync(new UiAction.Navigate(Page, $"surface-{i}"));
        }

        // Once for the code, and then for the time; the page counts on from where it is, so it is opened anew.
        await TimeAsync(orchestrator, agents, together: true);
        var together = await TimeAsync(orchestrator, agents, together: true);
        var inTurn = await TimeAsync(orchestrator, agents, together: false);
        return (together, inTurn);
    }

    private static async Task<TimeSpan> TimeAsync(AgentOrchestrator orchestrator, int agents, bool together)
    {
        for (var i = 0; i < agents; i++)
        {
            await orchestrator.Automation!.PerformAsync(new UiAction.Navigate(Page, $"surface-{i}"));
        }

        var goals = Enumerable.Range(0, agents).Select(static i => new AgentGoal("ask") { Name = $"surface-{i}" }).ToArray();
        var started = Stopwatch.GetTimestamp();
        if (together)
        {
            foreach (var handle in await orchestrator.SpawnParallelAsync(goals))
            {
                await EndAsync(handle);
            }
        }
        else
        {
            foreach (var goal in goals)
            {
                await EndAsync(await orchestrator.SpawnAsync(goal));
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task EndAsync(AgentHandle handle)
    {
        var result = await handle.Completion;
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(result.Error?.Message);
        }
    }

    private static async Task WorkAsync(GuardedAutomation page, string surface)
    {
        for (var i = 1; i <= Clicks; i++)
        {
            await page.PerformAsync(new UiAction.Click(new UiElement("#ask", surface)));
            await page.PerformAsync(new UiAction.WaitFor(new UiElement($"#answer-{i}", surface)));
        }
    }
}
