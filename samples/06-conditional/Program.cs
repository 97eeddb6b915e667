using System.Text.Json;
using AgentOrchestration;
using Conditional;

// Diagnose first; then optimise what is slow, or repair what is broken, or leave it alone.
var wrong = new List<string>();
await CheckAsync("binary", Searches.Binary, expected: null);
await CheckAsync("linear", Searches.Linear, expected: "optimise");
await CheckAsync("off by one", Searches.OffByOne, expected: "repair");
foreach (var line in wrong)
    Console.Error.WriteLine($"WRONG: {line}");
Console.WriteLine(wrong.Count == 0 ? "All as expected." : $"{wrong.Count} things were wrong.");
return wrong.Count == 0 ? 0 : 1;

async Task CheckAsync(string name, Search search, string? expected)
{
    var current = search;
    await using var orchestrator = AgentOrchestrator.Create(options => options
        .AddAgent("diagnose", (_, _) => Task.FromResult(Report(Diagnosis.Of(current))))
        .AddAgent("replace", (context, _) =>
        {
            // Whoever treats it knows what was found, and checks that the treatment helped.
            var before = context.Inputs[0].Output!.ReadData(SampleJson.Default.Diagnosis);
            current = Searches.Binary;
            var after = Diagnosis.Of(current);
            return Task.FromResult<AgentOutput>($"{context.Goal.Name}: {before} before, {after} after");
        }));

    // snippet: coordination-conditional
    var result = await orchestrator.RunAsync(new CoordinationPattern.Conditional(),
    [
        new AgentGoal("Find out what is wrong with the search") { Name = "diagnose", Agent = "diagnose" },
        new AgentGoal("Make it quick") { Name = "optimise", Agent = "replace", When = AgentConditions.That(context => Found(context) is { Wrong: 0, MostSteps: > 20 }) },
        new AgentGoal("Make it right") { Name = "repair", Agent = "replace", When = AgentConditions.That(context => Found(context).Wrong > 0) },
    ]);
    // end snippet

    Console.WriteLine($"{name}: {result.Results[0].Output!.Text}");
    foreach (var judged in result.Conditions)
        Console.WriteLine($"  {judged}");
    foreach (var treated in result.Results.Skip(1))
        Console.WriteLine($"  {treated.Output!.Text}");

    Expect(result.Succeeded, $"'{name}': the run did not succeed.");
    Expect(result.Results.Skip(1).Select(treated => treated.Goal.Name).SequenceEqual(expected is null ? [] : [expected]), $"'{name}': another treatment was chosen.");
    Expect(result.Skipped.All(skipped => skipped.Reason == SkipReason.ConditionNotMet), $"'{name}': a goal was skipped for another reason.");
    Expect(Diagnosis.Of(current) is { Wrong: 0, MostSteps: <= 20 }, $"'{name}': it is not cured.");
}

static Diagnosis Found(ConditionContext context) => context.Inputs[0].Output!.ReadData(SampleJson.Default.Diagnosis);

static AgentOutput Report(Diagnosis diagnosis) => new($"{diagnosis}") { Data = JsonSerializer.SerializeToElement(diagnosis, SampleJson.Default.Diagnosis) };

void Expect(bool condition, string fault)
{
    if (!condition)
        wrong.Add(fault);
}
