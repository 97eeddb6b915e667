using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing;

/// <summary>A model that answers what a test wrote down, and the router that chooses it for every request. Thread-safe. It keeps what it was asked.</summary>
/// <example><code>
/// var model = new ScriptedModel(question => """{"answer": "yes", "reason": "it is slow"}""");
/// await using var orchestrator = AgentOrchestrator.Create(o => o.LlmRouter = model);
/// </code></example>
public sealed class ScriptedModel : IChatClient, ILlmRouter
{
    private readonly Lock _gate = new();
    private readonly Func<string, string> _answer;
    private readonly List<LlmRequest> _requests = [];
    private readonly List<string> _questions = [];

    /// <summary>A model that answers by a function.</summary>
    /// <param name="answer">Gives the answer to the text of the last message, one question at a time. What it throws, the model throws.</param>
    public ScriptedModel(Func<string, string> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = answer;
    }

    /// <summary>A model that gives these answers one after another, and fails when there are none left.</summary>
    /// <param name="answers">The answers.</param>
    public ScriptedModel(params IEnumerable<string> answers)
    {
        var left = new Queue<string>(answers);
        _answer = _ => left.TryDequeue(out var next) ? next : throw new InvalidOperationException("The script of the model has no answer left.");
    }

    /// <summary>What the router was asked for, in order; a copy.</summary>
    public IReadOnlyList<LlmRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The texts of the last messages that the model was sent, in order; a copy.</summary>
    public IReadOnlyList<string> Questions
    {
        get
        {
            lock (_gate)
            {
                return [.. _questions];
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<IChatClient> SelectClientAsync(LlmRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_gate)
        {
            _requests.Add(request);
        }

        return ValueTask.FromResult<IChatClient>(this);
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var question = messages.Last().Text;
        lock (_gate)
        {
            _questions.Add(question);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, _answer(question))));
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
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
}
