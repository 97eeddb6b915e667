using AgentOrchestration;
using AgentOrchestration.Testing;

namespace Snippets;

internal static class Automation
{
    public static async Task RunAsync()
    {
        await FirstAsync();
        await TestAsync();
        Tools();
    }

    private static async Task FirstAsync()
    {
        // snippet: automation-browser
        await using var orchestrator = AgentOrchestrator.Create(o => o
            .UsePlaywright(p =>
            {
                p.ExecutablePath = "/usr/bin/chromium";   // without it, the browser that Playwright installed
                p.ContextOf = surface => surface.Split('/')[0];   // "ada/cart" and "ada/orders" share a login
            })
            .AddAgent("buyer", BuyAsync));

        // end snippet
        Check.That(orchestrator.Automation is not null, "the browser starts only when it is used");
    }

    // snippet: automation-agent
    private static async Task<AgentOutput> BuyAsync(AgentContext context, CancellationToken cancellationToken)
    {
        var page = context.Automation!;
        await page.PerformAsync(new UiAction.Navigate(new Uri("https://shop.test/cart")), cancellationToken);
        await page.PerformAsync(new UiAction.Type(new UiElement("#name"), "Ada"), cancellationToken);

        // Nobody else touches the button between the two.
        await using var button = await page.HoldAsync(new UiElement("#submit-button"), cancellationToken: cancellationToken);
        await page.PerformAsync(new UiAction.Click(new UiElement("#submit-button")), cancellationToken);
        await page.PerformAsync(new UiAction.WaitFor(new UiElement("#receipt")), cancellationToken);
        return await page.ReadAsync(new UiElement("#receipt"), cancellationToken);
    }

    // end snippet
    private static async Task TestAsync()
    {
        // snippet: automation-test
        var shop = new RecordingAutomation();
        shop.AddPage(new Uri("https://shop.test/cart"), page =>
        {
            page.Add("textbox", "Name", "#name");
            page.Add("button", "Submit", "#submit-button").OnPerform = (_, _) =>
            {
                page.Add("status", "Thank you", "#receipt");
                return ValueTask.CompletedTask;
            };
        });
        await using var orchestrator = AgentOrchestrator.Create(o =>
        {
            o.Automation = shop;
            o.AddAgent("buyer", BuyAsync);
        });
        var result = await (await orchestrator.SpawnAsync(new AgentGoal("buy") { Agent = "buyer" })).Completion;

        Console.WriteLine($"{result.Output?.Text}, {shop.Actions.Count} actions, interleaved: {shop.FindInterleaving()}");   // Thank you, 3 actions, interleaved:

        // end snippet
        Check.That(result.Output?.Text == "Thank you" && shop.Actions.Count == 3 && shop.FindInterleaving() is null, "the buyer bought");
    }

    private static void Tools()
    {
        var agent = new LlmAgentOptions();

        // snippet: automation-tools
        foreach (var tool in AutomationTools.Create(new()
        {
            Origins = ["https://shop.example.org"],
            Approval = action => action is UiAction.Click { Element.Selector: "#order" } or UiAction.Upload ? $"{action.Kind} {action.Target}" : null,
        }))
            agent.Tools.Add(tool);

        // end snippet
        Check.That(agent.Tools.Count == 13, "there is a tool for every action but uploads, and two to look");
    }
}
