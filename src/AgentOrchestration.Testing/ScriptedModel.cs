using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing;

/// <summary>A model that answers what a test wrote down, and the router that chooses it for every request. Thread-safe. It keeps what it was asked.</summary>
/// <example><code>
/// var model = new ScriptedModel(new ModelTurn().Call("read_file", """{"path": "src/Auth.cs"}"""), "It is fine.");
/// await using var orchestrator = AgentOrchestrator.Create(o => o.LlmRouter = model);
/// </code></example>
public sealed class ScriptedModel : IChatClient, ILlmRouter
{
    private readonly Lock _gate = new();
    private readonly Lock _turn = new();
    private readonly Func<IReadOnlyList<ChatMessage>, ChatOptions?, ModelTurn> _answer;
    private readonly List<LlmRequest> _requests = [];
    private readonly List<ModelCall> _calls = [];
    private int _callIds;

    /// <summary>A model that answers by a function of the whole conversation. Where several agents use one model at once, it is what tells them apart.</summary>
    /// <param name="answer">Gives the answer to messages and options, for one call at a time. What it throws, the model throws.</param>
    public ScriptedModel(Func<IReadOnlyList<ChatMessage>, ChatOptions?, ModelTurn> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = answer;
    }

    /// <summary>A model that answers by a function of the last message.</summary>
    /// <param name="answer">Gives the answer to the text of the last message, one question at a time. What it throws, the model throws.</param>
    public ScriptedModel(Func<string, string> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = (messages, _) => answer(QuestionOf(messages));
    }

    /// <summary>A model that gives these answers one after another, and fails when there are none left.</summary>
    /// <param name="answers">The answers.</param>
    public ScriptedModel(params IEnumerable<ModelTurn> answers)
    {
        var left = new Queue<ModelTurn>(answers);
        _answer = (_, _) => left.TryDequeue(out var next) ? next : throw new InvalidOperationException("The script of the model has no answer left.");
    }

    /// <summary>What the router was asked for, in order; a copy.</summary>
    public IReadOnlyList<LlmRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>What the model was called with, in order; a copy.</summary>
    public IReadOnlyList<ModelCall> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls];
        }
    }

    /// <summary>The texts of the last messages that the model was sent, in order; a copy.</summary>
    public IReadOnlyList<string> Questions => [.. Calls.Select(static call => QuestionOf(call.Messages))];

    /// <inheritdoc/>
    public ValueTask<IChatClient> SelectClientAsync(LlmRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_gate)
            _requests.Add(request);

        return ValueTask.FromResult<IChatClient>(this);
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return AnswerAsync(messages, options, streamed: false, cancellationToken).ToChatResponseAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return AnswerAsync(messages, options, streamed: true, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: a script holds nothing.</summary>
    public void Dispose()
    {
    }

    private static string QuestionOf(IReadOnlyList<ChatMessage> messages) => messages.Count > 0 ? messages[^1].Text : "";

    // A copy: the caller goes on with its list, and may change a message that it holds.
    private static ChatMessage Copy(ChatMessage message)
    {
        var copy = message.Clone();
        copy.Contents = [.. message.Contents];
        return copy;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, bool streamed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = new ModelCall([.. messages.Select(Copy)], options?.Clone(), streamed);
        ModelTurn turn;
        string id;

        // One gate for what is kept and another for the test's function, so that the test can read while its function runs.
        lock (_turn)
        {
            lock (_gate)
            {
                _calls.Add(call);
                id = string.Create(CultureInfo.InvariantCulture, $"answer_{_calls.Count}");
            }

            turn = _answer(call.Messages, call.Options);
        }

        await foreach (var content in turn.PlayAsync(NewCallId, cancellationToken).ConfigureAwait(false))
            yield return Update(id, content);

        yield return Update(id, content: null, turn.FinishReason);
    }

    private static ChatResponseUpdate Update(string id, AIContent? content, ChatFinishReason? reason = null) =>
        new(ChatRole.Assistant, content is null ? [] : [content]) { ResponseId = id, MessageId = id, FinishReason = reason };

    private string NewCallId() => string.Create(CultureInfo.InvariantCulture, $"call_{Interlocked.Increment(ref _callIds)}");
}
