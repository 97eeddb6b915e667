using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AgentOrchestration.Llm.Agents;

/// <summary>What a supervisor that is driven by a model can do with its workers: delegate, several at once, wait for all or any, and cancel. Waiting gives the slot back.</summary>
internal sealed class SupervisorTools(IReadOnlyList<string> workers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ChildAgent> _children = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _delegations = new(StringComparer.Ordinal);

    public IEnumerable<OwnTool> Create()
    {
        yield return new OwnTool(
            "delegate",
            "Gives work to a worker and returns its id at once. Delegate several times to let workers work at the same time, then wait for them.",
            $$$"""
            {"type":"object","required":["worker"],"properties":{
              "worker":{"type":"string","enum":{{{JsonSerializer.Serialize(workers, LlmJsonContext.Default.IReadOnlyListString)}}}},
              "task":{"type":"string","description":"What it is to do; leave it out for the worker's usual work."}
            }}
            """,
            DelegateAsync);
        yield return new OwnTool(
            "wait_for_workers",
            "Waits for workers to end, and gives their results.",
            """{"type":"object","properties":{"ids":{"type":"array","items":{"type":"string"},"description":"Their ids; leave it out for all."},"any":{"type":"boolean","description":"Whether the first one to end is enough."}}}""",
            WaitAsync);
        yield return new OwnTool(
            "cancel_worker",
            "Cancels a worker whose work is not needed any more.",
            """{"type":"object","properties":{"id":{"type":"string"},"reason":{"type":"string"}},"required":["id"]}""",
            CancelAsync);
    }

    private async ValueTask<string> DelegateAsync(AgentContext context, JsonElement arguments)
    {
        var worker = arguments.GetProperty("worker").GetString()!;
        try
        {
            var child = await context.DelegateAsync(worker, TextOf(arguments, "task")).ConfigureAwait(false);
            lock (_gate)
            {
                var number = _delegations[worker] = _delegations.GetValueOrDefault(worker) + 1;
                var id = string.Create(CultureInfo.InvariantCulture, $"{worker}-{number}");
                _children.Add(id, child);
                return id;
            }
        }
        catch (GoalRefusedException refused)
        {
            // The limits of the pattern are for the model to heed.
            return $"Error: {refused.Message}";
        }
    }

    private async ValueTask<string> WaitAsync(AgentContext context, JsonElement arguments)
    {
        Dictionary<string, ChildAgent> wanted;
        lock (_gate)
        {
            if (!arguments.TryGetProperty("ids", out var ids) || ids.GetArrayLength() == 0)
            {
                wanted = new(_children, StringComparer.Ordinal);
            }
            else
            {
                wanted = new(StringComparer.Ordinal);
                foreach (var id in ids.EnumerateArray().Select(static id => id.GetString()!))
                {
                    if (!_children.TryGetValue(id, out var child))
                    {
                        return Unknown(id);
                    }

                    wanted[id] = child;
                }
            }
        }

        if (wanted.Count == 0)
        {
            return "Error: nothing has been delegated yet.";
        }

        var children = wanted.Values.ToList();
        IReadOnlyList<AgentResult> results = arguments.TryGetProperty("any", out var any) && any.ValueKind == JsonValueKind.True
            ? [await context.WaitForAnyAsync(children).ConfigureAwait(false)]
            : await context.WaitForAllAsync(children).ConfigureAwait(false);
        var text = new StringBuilder();
        foreach (var result in results)
        {
            text.Append(wanted.First(pair => pair.Value.Id == result.Id).Key).Append(":\n").Append(Prompts.Show(result));
        }

        return text.ToString();
    }

    private async ValueTask<string> CancelAsync(AgentContext context, JsonElement arguments)
    {
        var id = arguments.GetProperty("id").GetString()!;
        ChildAgent child;
        lock (_gate)
        {
            if (!_children.TryGetValue(id, out child))
            {
                return Unknown(id);
            }
        }

        return await context.CancelChildAsync(child, TextOf(arguments, "reason")).ConfigureAwait(false) ? "cancelled" : "It had ended.";
    }

    private static string Unknown(string id) => $"Error: there is no '{id}'; use an id that delegate has returned.";

    private static string? TextOf(JsonElement arguments, string member) =>
        arguments.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(text.GetString()) ? text.GetString() : null;
}
