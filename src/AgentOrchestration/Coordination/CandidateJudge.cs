using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Picks one of several results that succeeded. Closed; code cannot be stored with a plan, the other cases can.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(First), "first")]
[JsonDerivedType(typeof(MajorityVote), "majority")]
[JsonDerivedType(typeof(Model), "model")]
[JsonDerivedType(typeof(Named), "named")]
public abstract record CandidateJudge
{
    private protected CandidateJudge()
    {
    }

    /// <summary>What it is, for people; no content.</summary>
    [JsonIgnore]
    internal abstract string Label { get; }

    /// <summary>The result with the highest score; of equal ones the earlier goal's.</summary>
    /// <param name="score">Gives a score, from any thread. A result for which it throws is not picked, and the comparison says why.</param>
    public static CandidateJudge Score(Func<AgentResult, double> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new Scored(score);
    }

    /// <summary>The answer that most candidates agree on; of equally many the earliest goal's. The rest are cancelled once it cannot be overtaken.</summary>
    /// <param name="normalize">Gives what counts as the same answer, from any thread and possibly more than once; null compares texts without surrounding blanks and case.</param>
    public static CandidateJudge Majority(Func<AgentOutput, string>? normalize = null) => new MajorityVote { Normalize = normalize };

    /// <summary>Picks by code; it may be asynchronous.</summary>
    /// <param name="judge">Picks.</param>
    public static CandidateJudge Custom(Func<JudgingContext, CancellationToken, ValueTask<JudgeVerdict>> judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        return new Code(judge);
    }

    /// <summary>What it is, no content.</summary>
    public sealed override string ToString() => Label;

    /// <summary>The first to succeed, in time; the others are cancelled then.</summary>
    public sealed record First : CandidateJudge
    {
        internal override string Label => "first success";
    }

    /// <summary>The answer that most candidates agree on; see <see cref="Majority"/>.</summary>
    public sealed record MajorityVote : CandidateJudge
    {
        internal override string Label => "majority";

        internal Func<AgentOutput, string>? Normalize { get; init; }
    }

    /// <summary>A model compares the candidates and gives each a score from 0 to 10 and a reason, through <see cref="ILlmRouter"/>.</summary>
    /// <param name="Criteria">What makes one better than another; null leaves that to the model.</param>
    public sealed record Model(string? Criteria = null) : CandidateJudge
    {
        internal override string Label => "model";
    }

    /// <summary>A judge registered under this name.</summary>
    /// <param name="Name">The name it is registered under; not blank.</param>
    public sealed record Named(string Name) : CandidateJudge
    {
        internal override string Label => $"'{Name}'";
    }

    internal sealed record Scored(Func<AgentResult, double> ScoreOf) : CandidateJudge
    {
        internal override string Label => "score";
    }

    internal sealed record Code(Func<JudgingContext, CancellationToken, ValueTask<JudgeVerdict>> Judge) : CandidateJudge
    {
        internal override string Label => "code";
    }
}
