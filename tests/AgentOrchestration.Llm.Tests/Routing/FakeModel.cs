using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Routing;

/// <summary>A chat client whose calls the test answers, by a function or one by one. Counts what is in flight.</summary>
internal sealed class FakeModel : IChatClient
{
    private readonly Lock _gate = new();
    private readonly Queue<HeldCall> _arrived = [];
    private readonly Queue<TaskCompletionSource<HeldCall>> _expected = [];

    /// <summary>Answers a call that is not streamed, given its number from 1; null holds it for <see cref="NextAsync"/>.</summary>
    public Func<int, CancellationToken, Task<string>>? Answer { get; init; }

    /// <summary>Answers a streamed call, given its number from 1.</summary>
    public Func<int, CancellationToken, IAsyncEnumerable<string>>? Stream { get; init; }

    /// <summary>The conversation that it keeps.</summary>
    public string? ConversationId { get; init; }

    public int Calls { get; private set; }

    public int InFlight { get; private set; }

    public int MostInFlight { get; private set; }

    public bool IsDisposed { get; private set; }

    public static FakeModel Saying(string text) => new() { Answer = (_, _) => Task.FromResult(text), Stream = (_, _) => Texts(text) };

    public static FakeModel Failing(Exception exception) => new() { Answer = (_, _) => Task.FromException<string>(exception), Stream = (_, _) => Texts([], exception) };

    public static HttpRequestException Status(int status) => new("canary", inner: null, (System.Net.HttpStatusCode)status);

    public static async IAsyncEnumerable<string> Texts(string text)
    {
        await Task.Yield();
        yield return text;
    }

    public static async IAsyncEnumerable<string> Texts(IEnumerable<string> texts, Exception? then = null)
    {
        foreach (var text in texts)
        {
            await Task.Yield();
            yield return text;
        }

        if (then is not null)
            throw then;
    }

    /// <summary>The next call that is held, as soon as it is there.</summary>
    public Task<HeldCall> NextAsync()
    {
        lock (_gate)
        {
            if (_arrived.TryDequeue(out var call))
                return Task.FromResult(call);
            var expected = new TaskCompletionSource<HeldCall>(TaskCreationOptions.RunContinuationsAsynchronously);
            _expected.Enqueue(expected);
            return expected.Task.WaitAsync(RouterWorld.Hang);
        }
    }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var number = Begin();
        try
        {
            var text = await (Answer?.Invoke(number, cancellationToken) ?? HoldAsync(cancellationToken));
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { ConversationId = ConversationId };
        }
        finally
        {
            End();
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var number = Begin();
        try
        {
            await foreach (var text in Stream!(number, cancellationToken).WithCancellation(cancellationToken))
                yield return new ChatResponseUpdate(ChatRole.Assistant, text) { ConversationId = ConversationId };
        }
        finally
        {
            End();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() => IsDisposed = true;

    private Task<string> HoldAsync(CancellationToken cancellationToken)
    {
        var call = new HeldCall(cancellationToken);
        TaskCompletionSource<HeldCall>? expected;
        lock (_gate)
        {
            if (!_expected.TryDequeue(out expected))
                _arrived.Enqueue(call);
        }

        expected?.SetResult(call);
        return call.Result;
    }

    private int Begin()
    {
        lock (_gate)
        {
            MostInFlight = Math.Max(MostInFlight, ++InFlight);
            return ++Calls;
        }
    }

    private void End()
    {
        lock (_gate)
            InFlight--;
    }

    /// <summary>A call that waits for the test. Deaf to its token, unless the test lets it hear.</summary>
    internal sealed class HeldCall(CancellationToken token)
    {
        private readonly TaskCompletionSource<string> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Token => token;

        public Task<string> Result => _result.Task;

        public void Say(string text) => _result.SetResult(text);

        public void Fail(Exception exception) => _result.SetException(exception);
    }
}
