using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AgentOrchestration.Coordination;

/// <summary>Puts outputs side by side.</summary>
internal static class OutputCollector
{
    public static AgentOutput? Collect(IReadOnlyList<PlanNode> succeeded)
    {
        if (succeeded.Count <= 1)
        {
            return succeeded is [var only] ? only.Result!.Output : null;
        }

        var text = new StringBuilder();
        var contents = new List<Microsoft.Extensions.AI.AIContent>();
        var hasData = false;
        foreach (var node in succeeded)
        {
            var output = node.Result!.Output!;
            text.Append(text.Length > 0 && output.Text.Length > 0 ? "\n\n" : "").Append(output.Text);
            contents.AddRange(output.Contents);
            hasData |= output.Data is not null;
        }

        return new AgentOutput(text.ToString()) { Contents = contents, Data = hasData ? CollectData(succeeded) : null };
    }

    private static JsonElement CollectData(IReadOnlyList<PlanNode> succeeded)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var node in succeeded)
            {
                node.Result!.Output!.Data?.WriteTo(writer);
            }

            writer.WriteEndArray();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
