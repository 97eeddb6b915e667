using AgentOrchestration;
using Browser;

var browser = args is [var given] ? given : new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
if (browser is null)
{
    Console.Error.WriteLine("There is no Chromium. Install one, or name it: dotnet run --project samples/11-browser -- /path/to/chromium");
    return 2;
}

await using var orchestrator = AgentOrchestrator.Create(options => options
    .UsePlaywright(playwright =>
    {
        playwright.ExecutablePath = browser;
        foreach (var argument in new[] { "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync" })
            playwright.Arguments.Add(argument);
    })
    .AddAgent("clerk", SendAsync));
var page = orchestrator.Automation!;
await page.PerformAsync(new UiAction.Navigate(Pages.Desk));

// Three agents, three forms, and one button for all of them.
var handles = await orchestrator.SpawnParallelAsync([.. Pages.Forms.Keys.Select(form => new AgentGoal(form) { Name = form, Agent = "clerk" })]);
var wrong = new List<string>();
foreach (var handle in handles)
{
    var result = await handle.Completion;
    Console.WriteLine($"{handle.Goal.Name}: {result.Output?.Text ?? result.Error?.Message}");
    if (result.Output?.Text != $"receipt for {handle.Goal.Name}: {string.Join(", ", Pages.Forms[handle.Goal.Name!])}")
        wrong.Add($"'{handle.Goal.Name}' has another receipt.");
}

var seen = await page.ObserveAsync(options: new UiObservationOptions { Screenshot = true });
var picture = Path.Combine(Path.GetTempPath(), "three-forms.png");
await File.WriteAllBytesAsync(picture, seen.Screenshot.ToArray());
Console.WriteLine($"\nScreenshot: {picture}\n\nWho waited for whom:");

var (waits, ended) = (0, 0);
DateTimeOffset? start = null;
await foreach (var e in orchestrator.Subscribe(new EventFilter { After = 0 }))
{
    start ??= e.Timestamp;
    var line = e switch
    {
        LockWaiting waiting => $"waits for {waiting.Blocker.Holder}",
        AutomationPerformed { Succeeded: true } action => $"{action.Action} {action.Element}{(action.Waited > TimeSpan.FromMilliseconds(1) ? $", after a wait of {action.Waited.TotalMilliseconds:0} ms" : "")}",
        AgentCompleted => "done",
        _ => null,
    };
    if (line is not null && e.AgentId is { } id)
        Console.WriteLine($"{(e.Timestamp - start.Value).TotalMilliseconds,7:0} ms  {orchestrator.GetStatus(id)!.Name,-8} {line}");
    waits += e is LockWaiting ? 1 : 0;
    ended += e is AgentCompleted or AgentFailed or AgentCancelled ? 1 : 0;
    if (ended == handles.Count)
        break;
}

if (waits == 0)
    wrong.Add("Nobody waited for anybody.");
wrong.ForEach(line => Console.Error.WriteLine($"WRONG: {line}"));
Console.WriteLine(wrong.Count == 0 ? "\nAll as expected: three forms, one button, three receipts." : "");
return wrong.Count == 0 ? 0 : 1;

// Fills in a form, and then has the button to itself until its receipt is there.
static async Task<AgentOutput> SendAsync(AgentContext context, CancellationToken cancellationToken)
{
    var page = context.Automation!;
    var form = context.Goal.Name!;
    foreach (var (value, number) in Pages.Forms[form].Select((value, index) => (value, index + 1)))
        await page.PerformAsync(new UiAction.Type(new UiElement($"#{form}-{number}"), value), cancellationToken);

    await using var button = await page.HoldAsync(new UiElement("#submit-button"), cancellationToken: cancellationToken);
    await page.PerformAsync(new UiAction.Check(new UiElement($"#{form}-send")), cancellationToken);
    await page.PerformAsync(new UiAction.Click(new UiElement("#submit-button")), cancellationToken);
    await page.PerformAsync(new UiAction.WaitFor(new UiElement($"#receipt-{form}")), cancellationToken);
    return await page.ReadAsync(new UiElement($"#receipt-{form}"), cancellationToken);
}
