using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>The arguments of a call, each of the type that the schema says.</summary>
internal sealed class ToolInput
{
    private readonly AIFunctionArguments _arguments;

    /// <exception cref="ToolRefusal">There is an argument that the schema does not know.</exception>
    public ToolInput(AIFunctionArguments arguments, JsonElement schema)
    {
        _arguments = arguments;
        var known = schema.GetProperty("properties");
        foreach (var name in arguments.Keys)
        {
            if (!known.TryGetProperty(name, out _))
                throw new ToolRefusal($"There is no argument of that name; there are: {string.Join(", ", known.EnumerateObject().Select(static property => property.Name))}.");
        }
    }

    public string Text(string name) => OptionalText(name) ?? throw new ToolRefusal($"'{name}' is missing; it must be a string.");

    public string? OptionalText(string name) => Value(name) switch
    {
        null => null,
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => Decode(json, name),
        _ => throw new ToolRefusal($"'{name}' must be a string."),
    };

    public int? OptionalNumber(string name) => Value(name) switch
    {
        null => null,
        int number => number,
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        JsonElement { ValueKind: JsonValueKind.Number } json when json.TryGetInt32(out var number) => number,
        _ => throw new ToolRefusal($"'{name}' must be a whole number."),
    };

    public bool Flag(string name) => Value(name) switch
    {
        null => false,
        bool flag => flag,
        JsonElement { ValueKind: JsonValueKind.True } => true,
        JsonElement { ValueKind: JsonValueKind.False } => false,
        _ => throw new ToolRefusal($"'{name}' must be true or false."),
    };

    private object? Value(string name) =>
        _arguments.TryGetValue(name, out var value) && value is not JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } ? value : null;

    private static string Decode(JsonElement json, string name)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape.
            throw new ToolRefusal($"'{name}' is not valid text.");
        }
    }
}
