using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>A tool of the agent itself, with which it steers its work. It takes no permit and counts as no tool call: what it does is bounded and seen in other ways.</summary>
internal sealed class OwnTool(string name, string description, string schema, Func<AgentContext, JsonElement, ValueTask<string>> run, bool isInstant = false) : AIFunction
{
    /// <summary>Whether it never waits, so that it needs no activity of its own, and several go in the order of the model's answer.</summary>
    public bool IsInstant => isInstant;

    public override string Name => name;

    public override string Description => description;

    public override JsonElement JsonSchema { get; } = JsonElement.Parse(schema);

    public ValueTask<string> RunAsync(AgentContext context, JsonElement arguments) => run(context, arguments);

    // The tool loop calls RunAsync, with the context that belongs to the call.
    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{name} belongs to an agent's own tool loop.");
}
