using System.ComponentModel.DataAnnotations;
using AgentOrchestration.Internal;

namespace AgentOrchestration;

/// <summary>What one client is good for, and what it can bear.</summary>
public sealed class LlmClientOptions
{
    /// <summary>What the client is marked with; it serves requests whose <see cref="LlmRequest.Tags"/> are all among these, compared by their characters.</summary>
    /// <value>Default: empty, for requests without tags.</value>
    public ISet<string> Tags { get; private set; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The purposes it serves; empty for all.</summary>
    /// <value>Default: empty.</value>
    public ISet<LlmPurpose> Purposes { get; private set; } = new HashSet<LlmPurpose>();

    /// <summary>Its share of the calls, relative to the other clients: one with twice the weight is given twice as many calls at the same time.</summary>
    /// <value>From 0.001 to 1,000. Default: 1.</value>
    [Range(0.001, 1000)]
    public double Weight { get; set; } = 1;

    /// <summary>What its tokens cost, for budgets; null if that is not known.</summary>
    /// <value>Prices from 0. Default: null.</value>
    public ModelPrice? Price { get; set; }

    /// <summary>Calls that it may answer at the same time, at most. The router starts with as many, allows fewer while the client limits the rate, and returns step by step.</summary>
    /// <value>From 1 to 1,000,000. Default: 64, which few hosted models refuse; a model on this machine wants 1 to 4.</value>
    [Range(1, 1_000_000)]
    public int MaxConcurrentCalls { get; set; } = 64;

    /// <summary>Calls at the same time that the router allows however often the client limits the rate.</summary>
    /// <value>From 1 to <see cref="MaxConcurrentCalls"/>. Default: 1.</value>
    [Range(1, 1_000_000)]
    public int MinConcurrentCalls { get; set; } = 1;

    /// <summary>Longest that a call may take which is not streamed; one that takes longer has failed.</summary>
    /// <value>From 10 ms to 1 day. Default: 10 min.</value>
    [DurationRange("00:00:00.010", "1.00:00:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest that a streamed answer may stay silent, before its first part and between parts; one that is silent for longer has failed.</summary>
    /// <value>From 10 ms to 1 day. Default: 2 min.</value>
    [DurationRange("00:00:00.010", "1.00:00:00")]
    public TimeSpan ChunkTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The share of calls that must fail within <see cref="CircuitWindow"/> for the circuit to open: then none is sent for <see cref="CircuitBreak"/>, and after it one as a trial.</summary>
    /// <value>From 0.01 to 1. Default: 0.5.</value>
    [Range(0.01, 1)]
    public double CircuitFailureRatio { get; set; } = 0.5;

    /// <summary>Calls within <see cref="CircuitWindow"/> from which on their failures say something.</summary>
    /// <value>From 2. Default: 5.</value>
    [Range(2, int.MaxValue)]
    public int CircuitMinimumCalls { get; set; } = 5;

    /// <summary>The time over which calls and failures are counted.</summary>
    /// <value>From 500 ms to 1 day. Default: 1 min.</value>
    [DurationRange("00:00:00.500", "1.00:00:00")]
    public TimeSpan CircuitWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an open circuit stays open before a trial.</summary>
    /// <value>From 500 ms to 1 day. Default: 15 s.</value>
    [DurationRange("00:00:00.500", "1.00:00:00")]
    public TimeSpan CircuitBreak { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Says what a failure of this client means; null, for the whole or as an answer, leaves that to the router, which understands HTTP statuses as <see cref="HttpRequestException"/> and the
    /// clients of OpenAI, Azure OpenAI and Anthropic give them. Quick, thread-safe, and does not throw.
    /// </summary>
    /// <value>Default: null.</value>
    public Func<Exception, LlmFailure?>? Classify { get; set; }

    /// <summary>A copy that the host cannot change any more.</summary>
    internal LlmClientOptions Copy()
    {
        var copy = (LlmClientOptions)MemberwiseClone();
        copy.Tags = new HashSet<string>(Tags, StringComparer.Ordinal);
        copy.Purposes = new HashSet<LlmPurpose>(Purposes);
        return copy;
    }
}
