using System.Collections.Immutable;
using AgentOrchestration.Testing;

namespace AgentOrchestration.Llm.Tests.Loopback;

/// <summary>What the server does with one request, step by step. Immutable: each method returns a new reply. A string converts to a reply with that text.</summary>
internal sealed class LoopbackReply
{
    private LoopbackReply(ImmutableList<LoopbackStep> steps) => Steps = steps;

    public LoopbackReply()
        : this([])
    {
    }

    public ImmutableList<LoopbackStep> Steps { get; }

    public static implicit operator LoopbackReply(string text) => new LoopbackReply().Text(text);

    /// <summary>An error of the service, such as 500.</summary>
    public static LoopbackReply Error(int status, string message = "The server had an error.") => new LoopbackReply().Then(new LoopbackStep.Failure(status, message, RetryAfter: null));

    /// <summary>429, with the time to wait in both headers.</summary>
    public static LoopbackReply Overloaded(TimeSpan? retryAfter) => new LoopbackReply().Then(new LoopbackStep.Failure(429, "Rate limit reached.", retryAfter));

    /// <summary>A part of the text; streamed, a chunk of its own.</summary>
    public LoopbackReply Text(string text) => Then(new LoopbackStep.Text(text));

    /// <summary>A tool call; streamed, its arguments come in fragments.</summary>
    /// <param name="name">The tool.</param>
    /// <param name="arguments">The arguments as the model wrote them; malformed, if that is the test.</param>
    /// <param name="id">The id; null makes one.</param>
    public LoopbackReply Call(string name, string arguments = "{}", string? id = null) => Then(new LoopbackStep.Call(name, arguments, id));

    public LoopbackReply Usage(int inputTokens, int outputTokens) => Then(new LoopbackStep.Usage(inputTokens, outputTokens));

    /// <summary>The finish reason in the words of the service; without it, that of tool calls if there are any, else <c>stop</c>.</summary>
    public LoopbackReply Finish(string reason) => Then(new LoopbackStep.Finish(reason));

    /// <summary>Takes this long, by the clock of the server.</summary>
    public LoopbackReply Delay(TimeSpan duration) => Then(new LoopbackStep.Delay(duration));

    /// <summary>Takes until the gate opens, or the client goes away.</summary>
    public LoopbackReply Pass(AgentGate gate) => Then(new LoopbackStep.Pass(gate));

    /// <summary>Breaks the connection here; not streamed, in the middle of the answer. What was sent just before may be lost with it: a gate that the reader opens keeps it.</summary>
    public LoopbackReply Cut() => Then(new LoopbackStep.Cut());

    /// <summary>Sends this instead of anything that the wire format knows.</summary>
    public LoopbackReply Raw(string body) => Then(new LoopbackStep.Raw(body));

    private LoopbackReply Then(LoopbackStep step) => new(Steps.Add(step));
}

/// <summary>A step of a reply.</summary>
internal abstract record LoopbackStep
{
    public sealed record Text(string Value) : LoopbackStep;

    public sealed record Call(string Name, string Arguments, string? Id) : LoopbackStep;

    public sealed record Usage(int InputTokens, int OutputTokens) : LoopbackStep;

    public sealed record Finish(string Reason) : LoopbackStep;

    public sealed record Delay(TimeSpan Duration) : LoopbackStep;

    public sealed record Pass(AgentGate Gate) : LoopbackStep;

    public sealed record Cut : LoopbackStep;

    public sealed record Raw(string Body) : LoopbackStep;

    public sealed record Failure(int Status, string Message, TimeSpan? RetryAfter) : LoopbackStep;
}
