using Polly;
using Polly.CircuitBreaker;

namespace AgentOrchestration.Llm.Routing;

/// <summary>The circuit of one client, and what goes through it and within which time.</summary>
internal sealed class ClientPipelines
{
    public ClientPipelines(ModelClient client, TimeProvider time)
    {
        var options = client.Options;
        Circuit = New(time).AddCircuitBreaker(new CircuitBreakerStrategyOptions<ModelOutcome>
        {
            FailureRatio = options.CircuitFailureRatio,
            MinimumThroughput = options.CircuitMinimumCalls,
            SamplingDuration = options.CircuitWindow,
            BreakDuration = options.CircuitBreak,

            // A trial that its caller cancelled shows nothing, so the circuit stays open; anything that is not a failure would close it.
            ShouldHandle = static args => new(args.Outcome.Result is { CountsAgainstCircuit: true } or { End: CallEnd.Cancelled, WasTrial: true }),
            OnOpened = args =>
            {
                client.Circuit?.Opened(client, args.BreakDuration);
                return default;
            },
            OnClosed = _ =>
            {
                client.Circuit?.Closed(client);
                return default;
            },
        }).Build();
        Call = New(time).AddPipeline(Circuit).AddTimeout(options.CallTimeout).Build();
        FirstChunk = New(time).AddPipeline(Circuit).AddTimeout(options.ChunkTimeout).Build();
        NextChunk = New(time).AddTimeout(options.ChunkTimeout).Build();
    }

    /// <summary>The circuit alone.</summary>
    public ResiliencePipeline<ModelOutcome> Circuit { get; }

    /// <summary>For an answer in one piece.</summary>
    public ResiliencePipeline<ModelOutcome> Call { get; }

    /// <summary>For the first part of a streamed answer.</summary>
    public ResiliencePipeline<ModelOutcome> FirstChunk { get; }

    /// <summary>For each part after that.</summary>
    public ResiliencePipeline<ModelOutcome> NextChunk { get; }

    private static ResiliencePipelineBuilder<ModelOutcome> New(TimeProvider time) => new() { TimeProvider = time };
}
