using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>How the results of a run become one output. Closed; code cannot be stored with a plan, the other cases can.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Collect), "collect")]
[JsonDerivedType(typeof(Last), "last")]
[JsonDerivedType(typeof(Judged), "judged")]
[JsonDerivedType(typeof(Merge), "merge")]
[JsonDerivedType(typeof(Named), "named")]
public abstract record ResultAggregator
{
    private protected ResultAggregator()
    {
    }

    /// <summary>What it is, for people; no content.</summary>
    [JsonIgnore]
    internal abstract string Label { get; }

    /// <summary>The output of the first goal to succeed, in time; the others are cancelled then.</summary>
    public static ResultAggregator FirstSuccess { get; } = new Judged(new CandidateJudge.First());

    /// <summary>The output that most goals agree on; the others are cancelled once it cannot be overtaken.</summary>
    /// <param name="normalize">Gives what counts as the same answer, from any thread and possibly more than once; null compares texts without surrounding blanks and case.</param>
    public static ResultAggregator Majority(Func<AgentOutput, string>? normalize = null) => new Judged(CandidateJudge.Majority(normalize));

    /// <summary>Makes the output by code; it may be asynchronous.</summary>
    /// <param name="aggregate">Makes it. What it throws ends up in <see cref="OrchestrationResult.Error"/>.</param>
    public static ResultAggregator Custom(Func<AggregationContext, CancellationToken, ValueTask<AgentOutput>> aggregate)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        return new Code(aggregate);
    }

    /// <summary>What it is, no content.</summary>
    public sealed override string ToString() => Label;

    /// <summary>
    /// The outputs of all goals that succeeded, in the order of the goals: their texts separated by blank lines, their contents one after another, and, if any has data, an array of
    /// the data.
    /// </summary>
    public sealed record Collect : ResultAggregator
    {
        internal override string Label => "collect";
    }

    /// <summary>The output of the last goal, in the order of the goals, that succeeded.</summary>
    public sealed record Last : ResultAggregator
    {
        internal override string Label => "last";
    }

    /// <summary>The output that a judge picks among the goals that succeeded; the comparison is in <see cref="OrchestrationResult.Comparison"/>.</summary>
    /// <param name="Judge">Who picks.</param>
    public sealed record Judged(CandidateJudge Judge) : ResultAggregator
    {
        internal override string Label => $"judge: {Judge.Label}";
    }

    /// <summary>A model merges the outputs of all goals that succeeded into one text, through <see cref="ILlmRouter"/>.</summary>
    /// <param name="Instruction">What the merged text is to be; null for one answer without repetitions that keeps everything of substance.</param>
    public sealed record Merge(string? Instruction = null) : ResultAggregator
    {
        internal override string Label => "merged by a model";
    }

    /// <summary>An aggregator registered under this name.</summary>
    /// <param name="Name">The name it is registered under; not blank.</param>
    public sealed record Named(string Name) : ResultAggregator
    {
        internal override string Label => $"'{Name}'";
    }

    internal sealed record Code(Func<AggregationContext, CancellationToken, ValueTask<AgentOutput>> Aggregate) : ResultAggregator
    {
        internal override string Label => "code";
    }
}
