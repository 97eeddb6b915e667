using System.Text.Json;
using AgentOrchestration;
using BestOf;

// One goal, three agents that go about it differently, and a judge: the shortest round trip through 40 places wins.
var places = Place.Scatter(40);
await using var orchestrator = AgentOrchestrator.Create(options => options
    .AddAgent("nearest", (_, _) => Task.FromResult(Write(Tours.NearestNeighbour(places))))
    .AddAgent("insertion", (_, _) => Task.FromResult(Write(Tours.Insertion(places))))
    .AddAgent("untangle", (_, _) => Task.FromResult(Write(Tours.Untangle(places, Tours.NearestNeighbour(places))))));

// snippet: coordination-best-of
var judge = CandidateJudge.Score(candidate => -Tours.Length(places, Read(candidate.Output!)));
var result = await orchestrator.RunAsync(
    new CoordinationPattern.BestOf(3, judge, ["nearest", "insertion", "untangle"]),
    [new AgentGoal("Find a short round trip") { Name = "tour" }]);

foreach (var candidate in result.Comparison)
{
    Console.WriteLine($"{(candidate.IsChosen ? "*" : " ")} {candidate.Name} by {candidate.Result.Goal.Agent}: {-candidate.Score:0.0}");
}
// end snippet

var wrong = new List<string>();
Expect(result.Succeeded, "Nothing was chosen.");
Expect(result.Comparison.Count == 3 && result.Comparison.All(candidate => candidate.Score is not null), "Not every candidate is there to compare.");
Expect(result.Comparison.Single(candidate => candidate.IsChosen).Score == result.Comparison.Max(candidate => candidate.Score), "Another one was better.");
Expect(Read(result.Output!).Order().SequenceEqual(Enumerable.Range(0, places.Length)), "The tour does not visit every place once.");
Expect(result.Comparison[2].Score >= result.Comparison[0].Score, "Untangling made the tour longer.");
foreach (var line in wrong)
    Console.Error.WriteLine($"WRONG: {line}");
Console.WriteLine(wrong.Count == 0 ? "All as expected." : $"{wrong.Count} things were wrong.");
return wrong.Count == 0 ? 0 : 1;

static AgentOutput Write(int[] tour) => new($"a tour of {tour.Length} places") { Data = JsonSerializer.SerializeToElement(tour, SampleJson.Default.Int32Array) };

static int[] Read(AgentOutput output) => output.ReadData(SampleJson.Default.Int32Array);

void Expect(bool condition, string fault)
{
    if (!condition)
        wrong.Add(fault);
}
