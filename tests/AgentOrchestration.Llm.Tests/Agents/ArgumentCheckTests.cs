using System.Text.Json;
using AgentOrchestration.Llm.Agents;
using CsCheck;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Agents;

/// <summary>INV-36: arguments that do not match the schema are found.</summary>
public sealed class ArgumentCheckTests
{
    private const string Schema = """
        {
          "type": "object",
          "properties": {
            "path": { "type": "string", "minLength": 1, "maxLength": 5 },
            "mode": { "enum": ["read", "write"] },
            "count": { "type": ["integer", "null"], "minimum": 1, "maximum": 9 },
            "share": { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 },
            "tags": { "type": "array", "items": { "$ref": "#/$defs/tag" }, "maxItems": 2 },
            "target": { "anyOf": [{ "type": "string" }, { "type": "object", "required": ["id"] }] },
            "kind": { "const": "file" },
            "one": { "oneOf": [{ "type": "number" }, { "type": "integer" }] },
            "all": { "allOf": [{ "type": "integer" }, { "minimum": 5 }] },
            "never": false
          },
          "required": ["path"],
          "additionalProperties": false,
          "$defs": { "tag": { "type": "string", "minLength": 2 } }
        }
        """;

    [Theory]
    [InlineData("""{"path": "a"}""", null)]
    [InlineData("""{"path": "a", "mode": "read", "count": null, "share": 0.5, "tags": ["ab"], "target": {"id": 1}, "kind": "file", "one": 1.5, "all": 5}""", null)]
    [InlineData("[]", "must be of type object, and is array")]
    [InlineData("""{}""", "lacks 'path'")]
    [InlineData("""{"path": 1}""", "'path' must be of type string")]
    [InlineData("""{"path": ""}""", "at least 1 characters")]
    [InlineData("""{"path": "abcdef"}""", "at most 5 characters")]
    [InlineData("""{"path": "a", "mode": "delete"}""", "'mode' must be one of")]
    [InlineData("""{"path": "a", "count": 1.5}""", "'count' must be of type [integer, null]")]
    [InlineData("""{"path": "a", "count": 0}""", "at least 1")]
    [InlineData("""{"path": "a", "count": 10}""", "at most 9")]
    [InlineData("""{"path": "a", "share": 0}""", "above 0")]
    [InlineData("""{"path": "a", "share": 1}""", "below 1")]
    [InlineData("""{"path": "a", "tags": ["ab", "cd", "ef"]}""", "at most 2 items")]
    [InlineData("""{"path": "a", "tags": ["ab", "c"]}""", "'tags'[1] must have at least 2 characters")]
    [InlineData("""{"path": "a", "target": 3}""", "'target' must be of type string")]
    [InlineData("""{"path": "a", "target": {}}""", "'target' must be of type string")]
    [InlineData("""{"path": "a", "kind": "folder"}""", "'kind' must be \"file\"")]
    [InlineData("""{"path": "a", "one": 1}""", "matches more than one")]
    [InlineData("""{"path": "a", "all": 4}""", "at least 5")]
    [InlineData("""{"path": "a", "never": 1}""", "'never' is not allowed")]
    [InlineData("""{"path": "a", "other": 1}""", "'other', which is not known")]
    public void INV36_FindsWhatDoesNotMatch(string arguments, string? fault)
    {
        var found = ArgumentCheck.FindFault(JsonElement.Parse(Schema), JsonElement.Parse(arguments));

        if (fault is null)
        {
            Assert.Null(found);
        }
        else
        {
            Assert.Contains(fault, found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void INV36_ASchemaThatRefersToItself_AndDeepArguments_AreBounded()
    {
        var schema = JsonElement.Parse("""{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}""");
        Assert.Contains("nested too deep", ArgumentCheck.FindFault(schema, JsonElement.Parse("1")), StringComparison.Ordinal);

        var tree = JsonElement.Parse("""{"type": "object", "properties": {"child": {"$ref": "#"}}}""");
        var deep = string.Concat(Enumerable.Repeat("""{"child":""", 50)) + "{}" + new string('}', 50);
        Assert.Contains("nested too deep", ArgumentCheck.FindFault(tree, JsonElement.Parse(deep)), StringComparison.Ordinal);
    }

    // Any JSON at all, against the schemas of real functions: never an exception, and what is let through can be called.
    [Fact]
    public async Task INV36_WhatIsLetThrough_AFunctionCanBind() =>
        await Values(3).SampleAsync(
            async value =>
            {
                var function = AIFunctionFactory.Create(static (int count, string name, bool? flag, double[]? sizes) => $"{count}{name}{flag}{sizes?.Length}", "f");
                var arguments = JsonElement.Parse(value);
                if (ArgumentCheck.FindFault(function.JsonSchema, arguments) is null)
                {
                    await function.InvokeAsync(new AIFunctionArguments(arguments.EnumerateObject().ToDictionary(static member => member.Name, static member => (object?)member.Value, StringComparer.Ordinal)));
                }
            },
            iter: 3_000,
            threads: 1);

    private static Gen<string> Values(int depth)
    {
        var leaf = Gen.OneOf(Gen.Int[-5, 5].Select(static n => $"{n}"), Gen.Const("1.5"), Gen.Const("null"), Gen.Const("true"), Gen.Const("\"text\""), Gen.Const("\"\""));
        if (depth == 0)
        {
            return leaf;
        }

        var names = Gen.OneOf(Gen.Const("count"), Gen.Const("name"), Gen.Const("flag"), Gen.Const("sizes"), Gen.Const("other"));
        var member = Gen.Select(names, Values(depth - 1)).Select(static (name, value) => (name, value));
        return Gen.Frequency(
            (2, leaf),
            (1, Values(depth - 1).Array[0, 3].Select(static items => $"[{string.Join(',', items)}]")),
            (5, member.Array[0, 4].Select(static members => $"{{{string.Join(',', members.DistinctBy(static m => m.name).Select(static m => $"\"{m.name}\":{m.value}"))}}}")));
    }
}
