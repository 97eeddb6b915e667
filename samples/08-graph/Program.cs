using AgentOrchestration;
using ProjectGraph;

// The fingerprint of a project is that of its sources and of the projects it uses: one goal for each project of this repository, and each starts when those it uses are done.
var root = Projects.FindRoot();
var projects = Projects.Read(root);

// snippet: coordination-graph
AgentGoal[] goals = [.. projects.Select(project => new AgentGoal(project.Path)
{
    Name = project.Name,
    DependsOn = project.Uses,
})];
var plan = OrchestrationPlan.Create(new CoordinationPattern.Graph(), goals, new OrchestrationRunOptions { Name = "fingerprints" });
Console.WriteLine(plan.Describe());
// end snippet

await using var orchestrator = AgentOrchestrator.Create(options => options.AddAgent("default", (context, cancellationToken) =>
    Task.FromResult<AgentOutput>(Fingerprint.Of(Path.Combine(root, context.Goal.Description), context.Inputs.Select(used => used.Output!.Text), cancellationToken))));
var run = await orchestrator.StartAsync(plan);
var ended = new List<string>();
await foreach (var e in run.Watch())
{
    if (e is AgentCompleted { Result: var done })
    {
        ended.Add(done.Goal.Name!);
        Console.WriteLine($"{done.Goal.Name}: {done.Output!.Text[..12]}");
    }
}

var result = await run.Completion;
Console.WriteLine($"\n{result.ToMermaid()}");

var wrong = new List<string>();
Expect(result.Succeeded && result.Results.Count == projects.Count, "Not every project has a fingerprint.");
foreach (var project in projects)
{
    Expect(project.Uses.All(used => ended.IndexOf(used) < ended.IndexOf(project.Name)), $"{project.Name} was ready before what it uses.");
    Expect(result.Find(project.Name)?.Output?.Text == Expected(project), $"{project.Name} has another fingerprint than it has one after another.");
}

Expect(projects.Any(project => project.Uses.Length > 1), "There is no project that uses several: this is no graph.");
foreach (var line in wrong)
    Console.Error.WriteLine($"WRONG: {line}");
Console.WriteLine(wrong.Count == 0 ? "All as expected." : $"{wrong.Count} things were wrong.");
return wrong.Count == 0 ? 0 : 1;

string Expected(Project project) =>
    Fingerprint.Of(Path.Combine(root, project.Path), project.Uses.Select(used => Expected(projects.Single(other => other.Name == used))), CancellationToken.None);

void Expect(bool condition, string fault)
{
    if (!condition)
        wrong.Add(fault);
}
