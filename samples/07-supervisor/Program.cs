using AgentOrchestration;
using Supervisor;

// A supervisor answers questions from a small library: it lets several workers read at once, checks what they bring, and asks again for what is missing.
var atOnce = new Gauge();
await using var orchestrator = AgentOrchestrator.Create(options =>
{
    options.MaxConcurrentAgents = 2;
    options.AddAgent("librarian", Librarian.AnswerAsync);
    options.AddAgent("reader", async (context, cancellationToken) =>
    {
        using var reading = atOnce.Enter();
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return string.Join('\n', Library.Find(context.Goal.Description));
    });
    options.AddAgent("dictionary", (context, _) => Task.FromResult<AgentOutput>(Library.SynonymOf(context.Goal.Description)));
});

// snippet: coordination-supervisor
var result = await orchestrator.RunAsync(
    new CoordinationPattern.SupervisorWorker("librarian", MaxWorkers: 3, MaxDelegations: 20),
    [
        new AgentGoal("locks, waiting, feline") { Name = "librarian", Agent = "librarian" },
        new AgentGoal("Find a word in the library") { Name = "reader", Agent = "reader" },
        new AgentGoal("Name another word for one") { Name = "dictionary", Agent = "dictionary" },
        new AgentGoal("Translate a page") { Name = "translator", Agent = "reader" },
    ]);
// end snippet

Console.WriteLine(result.Output?.Text);
Console.WriteLine($"\ndelegated {result.Delegated.Count} times, at most {atOnce.Most} readers at once");
foreach (var skipped in result.Skipped)
    Console.WriteLine($"{skipped.Name}: {skipped.Detail}");

var wrong = new List<string>();
Expect(result.Succeeded, "The run did not succeed.");
Expect(result.Output?.Text.Contains("feline (as cat): A cat sleeps on the index.", StringComparison.Ordinal) == true, "The supervisor did not ask again with another word.");
Expect(result.Delegated.Count == 5, "Three words, one synonym and one more search are five delegations.");
Expect(result.Delegated.All(work => work.Succeeded), "A worker failed.");
Expect(result.Skipped.Select(skipped => skipped.Name).SequenceEqual(["translator"]), "The worker that was not needed is not listed.");
Expect(atOnce.Most <= 2, "More agents ran than there are slots.");
foreach (var line in wrong)
    Console.Error.WriteLine($"WRONG: {line}");
Console.WriteLine(wrong.Count == 0 ? "All as expected." : $"{wrong.Count} things were wrong.");
return wrong.Count == 0 ? 0 : 1;

void Expect(bool condition, string fault)
{
    if (!condition)
        wrong.Add(fault);
}
