using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>What an agent produced. Immutable; a string converts to an output. <see cref="ToString"/> prints no content.</summary>
/// <param name="Text">The answer in words; empty if there is none.</param>
[JsonConverter(typeof(AgentOutputJsonConverter))]
public sealed record AgentOutput(string Text)
{
    /// <summary>The answer as data, if the agent gives any.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Further content, such as images or files.</summary>
    public IReadOnlyList<AIContent> Contents { get; init; } = [];

    /// <summary>An output of this text.</summary>
    public static implicit operator AgentOutput(string text) => new(text);

    /// <summary>The data as its type.</summary>
    /// <param name="typeInfo">How to read it.</param>
    /// <exception cref="InvalidOperationException">There is no data.</exception>
    /// <exception cref="JsonException">The data is of another shape.</exception>
    public T ReadData<T>(JsonTypeInfo<T> typeInfo) => DataOrThrow().Deserialize(typeInfo) ?? throw NullData(typeof(T));

    /// <inheritdoc cref="ReadData{T}(JsonTypeInfo{T})"/>
    [RequiresUnreferencedCode("Pass a JsonTypeInfo<T> where the app is trimmed.")]
    [RequiresDynamicCode("Pass a JsonTypeInfo<T> where the app is compiled ahead of time.")]
    public T ReadData<T>() => DataOrThrow().Deserialize<T>() ?? throw NullData(typeof(T));

    private JsonElement DataOrThrow() => Data ?? throw new InvalidOperationException("The output has no data; the agent has given its answer in words only.");

    private static JsonException NullData(Type type) => new($"The data is null, which is no {type.Name}.");

    /// <summary>Sizes, no content.</summary>
    public override string ToString() => $"{nameof(AgentOutput)} {{ {Text.Length} characters{(Data is null ? "" : ", data")}, {Contents.Count} contents }}";
}
