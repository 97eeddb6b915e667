using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>
/// Decides whether a goal of a run is worked on, when everything it follows is over. Closed: named, asked of a model, or code (<c>AgentConditions.That</c>). The first two can be stored
/// with their plan. A condition that throws fails its goal, with <see cref="AgentErrorCodes.ConditionFailed"/>, and not the run.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Named), "named")]
[JsonDerivedType(typeof(Question), "question")]
public abstract record AgentCondition
{
    private protected AgentCondition()
    {
    }

    /// <summary>
    /// Whether it is asked also if something the goal follows failed or was skipped. Otherwise the goal is skipped then without asking, which suits all but goals that clean up
    /// or repair.
    /// </summary>
    /// <value>Default: false.</value>
    public bool AfterFailure { get; init; }

    /// <summary>What it is, for people; no content.</summary>
    [JsonIgnore]
    internal abstract string Label { get; }

    /// <summary>What it is, no content.</summary>
    public sealed override string ToString() => $"{nameof(AgentCondition)} {{ {Label} }}";

    /// <summary>A condition registered under this name.</summary>
    /// <param name="Name">The name it is registered under; not blank.</param>
    public sealed record Named(string Name) : AgentCondition
    {
        internal override string Label => $"'{Name}'";
    }

    /// <summary>A question about the results that a model answers with yes or no and a reason, through the router of models.</summary>
    /// <param name="Text">The question, such as <c>Does the diagnosis name a slow query?</c>; not blank.</param>
    public sealed record Question(string Text) : AgentCondition
    {
        internal override string Label => "question to a model";
    }
}
