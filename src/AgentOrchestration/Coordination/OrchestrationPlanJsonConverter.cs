using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Coordination;

namespace AgentOrchestration;

/// <summary>Writes a plan as its pattern, goals and options, whatever the serialiser's options. Public for the code that source generation makes in other assemblies.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OrchestrationPlanJsonConverter : JsonConverter<OrchestrationPlan>
{
    /// <inheritdoc/>
    public override OrchestrationPlan? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var written = JsonSerializer.Deserialize(ref reader, OrchestrationPlanJson.Written);
        try
        {
            return written?.ToPlan();
        }
        catch (ArgumentException exception)
        {
            throw new JsonException($"The JSON is not that of a plan: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, OrchestrationPlan value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        JsonSerializer.Serialize(writer, PlanJson.From(value), OrchestrationPlanJson.Written);
    }
}
