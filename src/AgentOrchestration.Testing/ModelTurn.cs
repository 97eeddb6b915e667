using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing;

/// <summary>
/// One answer of a <see cref="ScriptedModel"/>, written down as steps. Immutable: each method returns a new turn, so one may be shared and extended. A string converts to a turn
/// with that text.
/// </summary>
/// <remarks>Streamed, each step that has content is a chunk of its own; otherwise the answer is all of them together.</remarks>
/// <example><code>
/// new ModelTurn().Text("Let me ").Text("look.").Call("read_file", """{"path": "src/Auth.cs"}""").Usage(120, 18)
/// </code></example>
public sealed class ModelTurn
{
    private static readonly JsonTypeInfo<IDictionary<string, object?>> Arguments =
        (JsonTypeInfo<IDictionary<string, object?>>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>));

    private readonly ImmutableList<Func<Func<string>, CancellationToken, Task<AIContent?>>> _steps;

    /// <summary>An empty answer.</summary>
    public ModelTurn()
        : this([], ChatFinishReason.Stop)
    {
    }

    private ModelTurn(ImmutableList<Func<Func<string>, CancellationToken, Task<AIContent?>>> steps, ChatFinishReason reason) => (_steps, FinishReason) = (steps, reason);

    internal ChatFinishReason FinishReason { get; }

    /// <summary><see cref="Text"/>.</summary>
    public static implicit operator ModelTurn(string text) => new ModelTurn().Text(text);

    /// <summary>Says something.</summary>
    public ModelTurn Text(string text) => Content(new TextContent(text));

    /// <summary>Asks for a tool to be called; the finish reason becomes that of tool calls.</summary>
    /// <param name="name">The tool.</param>
    /// <param name="arguments">The arguments as the model wrote them: a JSON object, or what is none, if the model made a mistake.</param>
    /// <param name="callId">The id of the call; null takes one that the model has not used before.</param>
    public ModelTurn Call(string name, string arguments = "{}", string? callId = null) =>
        new ModelTurn(_steps, ChatFinishReason.ToolCalls).Then((newCallId, _) => Task.FromResult<AIContent?>(
            FunctionCallContent.CreateFromParsedArguments(arguments, callId ?? newCallId(), name, static json => JsonSerializer.Deserialize(json, Arguments))));

    /// <summary>Gives any other content, such as reasoning.</summary>
    public ModelTurn Content(AIContent content) => Then((_, _) => Task.FromResult<AIContent?>(content));

    /// <summary>Says what the call has used.</summary>
    /// <param name="inputTokens">Tokens read.</param>
    /// <param name="outputTokens">Tokens written.</param>
    public ModelTurn Usage(long inputTokens, long outputTokens) => Content(
        new UsageContent(new UsageDetails { InputTokenCount = inputTokens, OutputTokenCount = outputTokens, TotalTokenCount = inputTokens + outputTokens }));

    /// <summary>Says why the answer ends. Without it: that of tool calls if there are any, else <see cref="ChatFinishReason.Stop"/>.</summary>
    public ModelTurn Finish(ChatFinishReason reason) => new(_steps, reason);

    /// <summary>Takes this long.</summary>
    /// <param name="duration">How long.</param>
    /// <param name="time">By which clock.</param>
    public ModelTurn Delay(TimeSpan duration, TimeProvider time) => Wait(cancellationToken => Task.Delay(duration, time, cancellationToken));

    /// <summary>Takes until the gate opens.</summary>
    public ModelTurn Pass(AgentGate gate) => Wait(gate.PassAsync);

    /// <summary>Takes until the gate opens, deaf to cancellation.</summary>
    public ModelTurn Ignore(AgentGate gate) => Wait(_ => gate.PassAsync(CancellationToken.None));

    /// <summary>Fails here; streamed, after what came before.</summary>
    public ModelTurn Throw(Exception exception) => Wait(_ => throw exception);

    internal async IAsyncEnumerable<AIContent> PlayAsync(Func<string> newCallId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var step in _steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await step(newCallId, cancellationToken).ConfigureAwait(false) is { } content)
                yield return content;
        }
    }

    private ModelTurn Wait(Func<CancellationToken, Task> wait) => Then(async (_, cancellationToken) =>
    {
        await wait(cancellationToken).ConfigureAwait(false);
        return null;
    });

    private ModelTurn Then(Func<Func<string>, CancellationToken, Task<AIContent?>> step) => new(_steps.Add(step), FinishReason);
}
