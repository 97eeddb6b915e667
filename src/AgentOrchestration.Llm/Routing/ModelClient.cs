using System.Diagnostics;
using Microsoft.Extensions.AI;
using Polly;
using Polly.CircuitBreaker;

namespace AgentOrchestration.Llm.Routing;

/// <summary>One of the host's clients: calls it, within its time and through its circuit, and says what became of the call. Thread-safe.</summary>
internal sealed class ModelClient
{
    // A circuit that refuses at the very end of its break, or during a long trial, names no time that is left.
    private static readonly TimeSpan ShortestBreak = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly ClientPipelines _pipelines;
    private readonly LlmRoute[] _routes;

    public ModelClient(int index, LlmClientRegistration registration, IChatClient chat, TimeProvider time)
    {
        (Index, Name, Options, IsOwned, Chat) = (index, registration.Name, registration.Options.Copy(), registration.IsOwned, chat);
        _time = time;
        _pipelines = new ClientPipelines(this, time);
        _routes = [.. Enum.GetValues<LlmRouteReason>().Select(reason => new LlmRoute(Name, reason, Options.Price))];
    }

    public int Index { get; }

    public ulong Bit => 1UL << Index;

    public string Name { get; }

    public LlmClientOptions Options { get; }

    /// <summary>Whether it is disposed with the router.</summary>
    public bool IsOwned { get; }

    public IChatClient Chat { get; }

    /// <summary>Who is told that the circuit has opened or closed.</summary>
    public ICircuitObserver? Circuit { get; set; }

    public LlmRoute RouteFor(LlmRouteReason reason) => _routes[(int)reason];

    public bool Suits(LlmRequest request) =>
        (Options.Purposes.Count == 0 || Options.Purposes.Contains(request.Purpose)) && (request.Tags.Count == 0 || request.Tags.All(Options.Tags.Contains));

    public LlmFailure Classify(Exception exception) => Options.Classify?.Invoke(exception) ?? FailureClassifier.Classify(exception, _time);

    /// <summary>Calls it for an answer in one piece. What the client throws is in the outcome.</summary>
    public ValueTask<ModelOutcome> CallAsync(ModelCall call) => RunAsync(
        _pipelines.Call,
        static async (context, call) =>
        {
            Task<ChatResponse>? answer = null;
            try
            {
                answer = call.Client.Chat.GetResponseAsync(call.Question.Messages, call.Question.Options, context.CancellationToken);
                var response = await answer.WaitAsync(context.CancellationToken).ConfigureAwait(false);
                return Outcome.FromResult(new ModelOutcome(CallEnd.Answered) { Response = response, Client = call.Client });
            }
            catch (Exception exception)
            {
                // Where the host's client meets the router: the call goes on with another client, or fails with this.
                return Outcome.FromResult(call.Explain(exception, call.Client.Options.CallTimeout, context.CancellationToken) with { LeftBehind = answer });
            }
        },
        call,
        call.CancellationToken);

    /// <summary>Calls it for a streamed answer, and waits for the first part. What the client throws is in the outcome.</summary>
    public ValueTask<ModelOutcome> OpenAsync(ModelCall call) => RunAsync(
        _pipelines.FirstChunk,
        static async (context, call) =>
        {
            var stream = new ModelStream(call);
            try
            {
                stream.Start();
                if (!await stream.TryReadAtOnceAsync().ConfigureAwait(false))
                {
                    await stream.ReadAsync(context.CancellationToken).ConfigureAwait(false);
                }

                return Outcome.FromResult(new ModelOutcome(CallEnd.Answered) { Stream = stream });
            }
            catch (Exception exception)
            {
                // As above.
                return Outcome.FromResult(call.Explain(exception, call.Client.Options.ChunkTimeout, context.CancellationToken) with { LeftBehind = stream.CloseAsync() });
            }
        },
        call,
        call.CancellationToken);

    /// <summary>Waits for the next part of a streamed answer. What the client throws is in the outcome.</summary>
    public async ValueTask<ModelOutcome> ReadAsync(ModelStream stream)
    {
        if (await stream.TryReadAtOnceAsync().ConfigureAwait(false))
        {
            return new ModelOutcome(CallEnd.Answered);
        }

        var outcome = await RunAsync(
            _pipelines.NextChunk,
            static async (context, stream) =>
            {
                try
                {
                    await stream.ReadAsync(context.CancellationToken).ConfigureAwait(false);
                    return Outcome.FromResult(new ModelOutcome(CallEnd.Answered));
                }
                catch (Exception exception)
                {
                    // As above.
                    return Outcome.FromResult(stream.Call.Explain(exception, stream.Call.Client.Options.ChunkTimeout, context.CancellationToken));
                }
            },
            stream,
            stream.Call.CancellationToken).ConfigureAwait(false);
        if (outcome.CountsAgainstCircuit)
        {
            // Its first part was counted as a success. A circuit that is open counts nothing, and need not.
            await RunAsync(_pipelines.Circuit, static (_, known) => new(Outcome.FromResult(known)), outcome, CancellationToken.None).ConfigureAwait(false);
        }

        return outcome;
    }

    private static async ValueTask<ModelOutcome> RunAsync<TState>(
        ResiliencePipeline<ModelOutcome> pipeline,
        Func<ResilienceContext, TState, ValueTask<Outcome<ModelOutcome>>> run,
        TState state,
        CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        try
        {
            var outcome = await pipeline.ExecuteOutcomeAsync(run, context, state).ConfigureAwait(false);
            switch (outcome.Exception)
            {
                case null:
                    return outcome.Result!;
                case BrokenCircuitException broken:
                    return new ModelOutcome(CallEnd.NotAdmitted) { RetryAfter = broken.RetryAfter is { } rest && rest > ShortestBreak ? rest : ShortestBreak };
                case OperationCanceledException when cancellationToken.IsCancellationRequested:
                    // Before it was made.
                    return ModelOutcome.Cancelled;
                default:
                    outcome.ThrowIfException();
                    throw new UnreachableException();
            }
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
