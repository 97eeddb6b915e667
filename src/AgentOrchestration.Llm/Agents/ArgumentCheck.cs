using System.Globalization;
using System.Text.Json;

namespace AgentOrchestration.Llm.Agents;

/// <summary>
/// Whether arguments match a tool's schema. Knows what schemas of functions are made of: types, required members, enumerations, nesting, bounds and alternatives. What it does not know, such as
/// formats and patterns, it lets pass: patterns come from whoever wrote the tool and may take for ever.
/// </summary>
internal static class ArgumentCheck
{
    private const int MaxDepth = 32;

    /// <summary>What is wrong, for the model to correct; null if nothing is.</summary>
    public static string? FindFault(JsonElement schema, JsonElement arguments) => FindFault(schema, schema, arguments, "the arguments", depth: 0);

    private static string? FindFault(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (depth > MaxDepth)
        {
            return $"{path} is nested too deep.";
        }

        if (schema.ValueKind == JsonValueKind.False)
        {
            return $"{path} is not allowed.";
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            return reference.ValueKind == JsonValueKind.String && Resolve(root, reference.GetString()!) is { } target ? FindFault(root, target, value, path, depth + 1) : null;
        }

        return FindTypeFault(schema, value, path)
            ?? FindEnumFault(schema, value, path)
            ?? FindAlternativeFault(root, schema, value, path, depth)
            ?? value.ValueKind switch
            {
                JsonValueKind.Object => FindObjectFault(root, schema, value, path, depth),
                JsonValueKind.Array => FindArrayFault(root, schema, value, path, depth),
                JsonValueKind.String => FindLengthFault(schema, value.GetString()!.Length, "minLength", "maxLength", "characters", path),
                JsonValueKind.Number => FindNumberFault(schema, value.GetDouble(), path),
                _ => null,
            };
    }

    private static string? FindTypeFault(JsonElement schema, JsonElement value, string path)
    {
        if (!schema.TryGetProperty("type", out var type))
        {
            return null;
        }

        var isOf = type.ValueKind switch
        {
            JsonValueKind.String => IsOf(value, type.GetString()!),
            JsonValueKind.Array => type.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && IsOf(value, one.GetString()!)),
            _ => true,
        };
        return isOf ? null : $"{path} must be of type {TypeText(type)}, and is {NameOf(value)}.";
    }

    private static string TypeText(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? $"[{string.Join(", ", type.EnumerateArray().Select(static one => one.ToString()))}]" : type.ToString();

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && Math.Floor(value.GetDouble()) == value.GetDouble(),
        _ => true,
    };

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static string? FindEnumFault(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value))
        {
            return $"{path} must be {only.GetRawText()}.";
        }

        return schema.TryGetProperty("enum", out var allowed) && allowed.ValueKind == JsonValueKind.Array && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
            ? $"{path} must be one of {allowed.GetRawText()}."
            : null;
    }

    private static string? FindAlternativeFault(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(keyword, out var alternatives) && alternatives.ValueKind == JsonValueKind.Array)
            {
                var faults = alternatives.EnumerateArray().Select(one => FindFault(root, one, value, path, depth + 1)).ToList();
                var fitting = faults.Count(static fault => fault is null);
                if (fitting == 0 && faults.Count > 0)
                {
                    return faults[0];
                }

                if (fitting > 1 && keyword == "oneOf")
                {
                    return $"{path} matches more than one of its alternatives.";
                }
            }
        }

        return schema.TryGetProperty("allOf", out var all) && all.ValueKind == JsonValueKind.Array
            ? all.EnumerateArray().Select(one => FindFault(root, one, value, path, depth + 1)).FirstOrDefault(static fault => fault is not null)
            : null;
    }

    private static string? FindObjectFault(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String && !value.TryGetProperty(name.GetString()!, out _))
                {
                    return $"{path} lacks '{name.GetString()}'.";
                }
            }
        }

        var hasProperties = schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object;
        var hasOthers = schema.TryGetProperty("additionalProperties", out var others);
        foreach (var member in value.EnumerateObject())
        {
            if (hasProperties && properties.TryGetProperty(member.Name, out var known))
            {
                if (FindFault(root, known, member.Value, $"'{member.Name}'", depth + 1) is { } fault)
                {
                    return fault;
                }
            }
            else if (hasOthers && others.ValueKind == JsonValueKind.False)
            {
                return $"{path} has '{member.Name}', which is not known.";
            }
            else if (hasOthers && FindFault(root, others, member.Value, $"'{member.Name}'", depth + 1) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static string? FindArrayFault(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (FindLengthFault(schema, value.GetArrayLength(), "minItems", "maxItems", "items", path) is { } length)
        {
            return length;
        }

        if (schema.TryGetProperty("items", out var items))
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                if (FindFault(root, items, item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"), depth + 1) is { } fault)
                {
                    return fault;
                }
            }
        }

        return null;
    }

    private static string? FindLengthFault(JsonElement schema, int length, string least, string most, string unit, string path) =>
        BoundOf(schema, least) is { } minimum && length < minimum ? string.Create(CultureInfo.InvariantCulture, $"{path} must have at least {minimum} {unit}.")
        : BoundOf(schema, most) is { } maximum && length > maximum ? string.Create(CultureInfo.InvariantCulture, $"{path} must have at most {maximum} {unit}.")
        : null;

    private static string? FindNumberFault(JsonElement schema, double value, string path) =>
        BoundOf(schema, "minimum") is { } minimum && value < minimum ? string.Create(CultureInfo.InvariantCulture, $"{path} must be at least {minimum}.")
        : BoundOf(schema, "maximum") is { } maximum && value > maximum ? string.Create(CultureInfo.InvariantCulture, $"{path} must be at most {maximum}.")
        : BoundOf(schema, "exclusiveMinimum") is { } above && value <= above ? string.Create(CultureInfo.InvariantCulture, $"{path} must be above {above}.")
        : BoundOf(schema, "exclusiveMaximum") is { } below && value >= below ? string.Create(CultureInfo.InvariantCulture, $"{path} must be below {below}.")
        : null;

    private static double? BoundOf(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var bound) && bound.ValueKind == JsonValueKind.Number ? bound.GetDouble() : null;

    // Only within the schema: nothing is fetched.
    private static JsonElement? Resolve(JsonElement root, string reference)
    {
        if (!reference.StartsWith('#'))
        {
            return null;
        }

        var target = root;
        foreach (var part in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(name, out target))
            {
                return null;
            }
        }

        return target;
    }
}
