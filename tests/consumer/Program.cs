// What a new user writes, against the packed package: without a container, with one, and with events as JSON.
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
{
    context.Report("measuring", 50);
    await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report"), cancellationToken: ct);
    return $"{context.Goal.Description}: {context.Goal.Description.Length}";
}));
var events = orchestrator.Subscribe();
await orchestrator.SpawnParallelAsync(["one", "two", "three", "four"]);
var results = await orchestrator.WaitAllAsync();
Check(results.Select(r => r.Output!.Text).SequenceEqual(["one: 3", "two: 3", "three: 5", "four: 4"]), "four goals in parallel");

await orchestrator.DisposeAsync();
var kinds = new HashSet<string>();
await foreach (var e in events)
{
    var json = JsonSerializer.Serialize(e, AgentEventJson.TypeInfo);
    var back = JsonSerializer.Deserialize(json, AgentEventJson.TypeInfo)!;
    Check(back.Sequence == e.Sequence && back.EventKind == e.EventKind && back.AgentId == e.AgentId, $"round trip of {json}");
    kinds.Add(e.EventKind);
}

Check(kinds.IsSupersetOf(["agent:spawned", "agent:started", "agent:progress", "agent:completed"]), "events of every kind");

var builder = Host.CreateApplicationBuilder();
builder.Services.AddSingleton<Greeting>();
builder.Services.AddAgentOrchestration(o => o.MaxConcurrentAgents = 2).AddAgent<Greeter>("greeter");
using (var host = builder.Build())
{
    await host.StartAsync();
    var handle = await host.Services.GetRequiredService<IAgentOrchestrator>().SpawnAsync(new AgentGoal("world") { Agent = "greeter" });
    var result = await handle.Completion;
    Check(result is { Succeeded: true, Output.Text: "Hello, world" }, $"an agent from the container, {result}: {result.Error?.Message}");
    await host.StopAsync();
}

await using (var withModel = AgentOrchestrator.Create(o => o
    .UseLlm(llm => llm.AddClient("small", new SmallModel()))
    .AddLlmAgent("default", agent =>
    {
        agent.MaxPlanSteps = 0;
        agent.CreateTools = context => WorkspaceTools.Create(Path.GetTempPath(), new() { ReadOnly = true });
    })))
{
    var answer = await withModel.RunAsync(new AgentGoal("count") { Budget = new AgentBudget { MaxTokens = 10_000 } }, AnswerJson.Default.Answer);
    Check(answer is { Count: 3 }, "an answer of a type from a model");
}

Console.WriteLine("consumer: ok");

static void Check(bool holds, string what)
{
    if (!holds)
    {
        throw new InvalidOperationException($"Failed: {what}");
    }
}

internal sealed record Answer(int Count);

[JsonSerializable(typeof(Answer))]
internal sealed partial class AnswerJson : JsonSerializerContext;

// A model that first looks around, and then knows.
internal sealed class SmallModel : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, messages.Any(message => message.Role == ChatRole.Tool)
            ? [new TextContent("""{"Count": 3}""")]
            : [new FunctionCallContent("c1", "list_files", new Dictionary<string, object?>())])));

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

internal sealed record Greeting
{
    public string Word { get; init; } = "Hello";
}

internal sealed class Greeter(Greeting greeting) : IAgent
{
    public Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken) =>
        Task.FromResult<AgentOutput>($"{greeting.Word}, {context.Goal.Description}");
}
