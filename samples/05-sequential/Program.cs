using System.Text.Json;
using AgentOrchestration;
using Sequential;

// Schema, then API, then tests: each agent builds on what the ones before it produced.
const string Requirements = """
    user: id, email, password_hash
    session: token, user_id, expires_at
    role: id, name
    """;

var started = new List<string>();
await using var orchestrator = AgentOrchestrator.Create(options => options
    .AddAgent("designer", (context, _) =>
    {
        started.Add(context.Goal.Name!);
        var schema = Schema.Read(context.Goal.Description);
        return Task.FromResult(new AgentOutput($"{schema.Tables.Count} tables") { Data = JsonSerializer.SerializeToElement(schema, SampleJson.Default.Schema) });
    })
    .AddAgent("coder", (context, _) =>
    {
        started.Add(context.Goal.Name!);
        // snippet: coordination-inputs
        var schema = context.Inputs[0].Output!.ReadData(SampleJson.Default.Schema);
        // end snippet
        var api = Api.For(schema);
        return Task.FromResult(new AgentOutput(string.Join('\n', api.Endpoints)) { Data = JsonSerializer.SerializeToElement(api, SampleJson.Default.Api) });
    })
    .AddAgent("tester", (context, _) =>
    {
        started.Add(context.Goal.Name!);
        var schema = context.Inputs[0].Output!.ReadData(SampleJson.Default.Schema);
        var api = context.Inputs[1].Output!.ReadData(SampleJson.Default.Api);
        var tests = api.Endpoints.Select(endpoint => $"{endpoint} answers 200, and 404 without its {schema.KeyOf(endpoint.Table)}");
        return Task.FromResult<AgentOutput>(string.Join('\n', tests));
    }));

// snippet: coordination-sequential
var result = await orchestrator.RunAsync(new CoordinationPattern.Sequential(),
[
    new AgentGoal(Requirements) { Name = "schema", Agent = "designer" },
    new AgentGoal("A REST API for the schema") { Name = "api", Agent = "coder" },
    new AgentGoal("Tests for the API") { Name = "tests", Agent = "tester" },
]);
// end snippet

foreach (var step in result.Results)
    Console.WriteLine($"{step.Goal.Name}: {step.State}\n{step.Output?.Text}\n");

var wrong = new List<string>();
Expect(result.Succeeded, "The run did not succeed.");
Expect(result.Results.Count == 3, "Not every step ran.");
Expect(started.SequenceEqual(["schema", "api", "tests"]), $"The steps started in the order {string.Join(", ", started)}.");
Expect(result.Output?.Text.Split('\n').Length == 12, "There is not one test for each of the 12 endpoints.");
Expect(result.Output?.Text.Contains("GET /session/{token} answers 200, and 404 without its token", StringComparison.Ordinal) == true, "The tests do not know the schema's keys.");

// The same steps, with requirements that make no sense: the first one fails, and the rest is skipped.
var broken = await orchestrator.RunAsync(new CoordinationPattern.Sequential(),
[
    new AgentGoal("no tables here") { Name = "schema", Agent = "designer" },
    new AgentGoal("A REST API for the schema") { Name = "api", Agent = "coder" },
    new AgentGoal("Tests for the API") { Name = "tests", Agent = "tester" },
]);
foreach (var skipped in broken.Skipped)
    Console.WriteLine($"without a schema: {skipped.Name} skipped, {skipped.Detail}");

Expect(!broken.Succeeded && broken.Results.Count == 1 && broken.Skipped.Select(skipped => skipped.Name).SequenceEqual(["api", "tests"]), "A failure did not skip the rest.");
foreach (var line in wrong)
    Console.Error.WriteLine($"WRONG: {line}");
Console.WriteLine(wrong.Count == 0 ? "All as expected." : $"{wrong.Count} things were wrong.");
return wrong.Count == 0 ? 0 : 1;

void Expect(bool condition, string fault)
{
    if (!condition)
        wrong.Add(fault);
}
