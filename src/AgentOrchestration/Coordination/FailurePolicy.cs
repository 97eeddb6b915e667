using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>What the failure of a goal means for its run. Whatever the policy, what follows a goal that did not succeed is skipped, and finished results are kept. Closed.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Continue), "continue")]
[JsonDerivedType(typeof(FailFast), "fail_fast")]
[JsonDerivedType(typeof(Quorum), "quorum")]
public abstract record FailurePolicy
{
    private protected FailurePolicy()
    {
    }

    private protected abstract string Label { get; }

    /// <summary>What it is, for people.</summary>
    public sealed override string ToString() => Label;

    /// <summary>The others go on.</summary>
    public sealed record Continue : FailurePolicy
    {
        private protected override string Label => "continue after a failure";
    }

    /// <summary>The first goal that does not succeed ends the run: the others are cancelled.</summary>
    public sealed record FailFast : FailurePolicy
    {
        private protected override string Label => "end with the first failure";
    }

    /// <summary>The run ends as soon as this many goals have succeeded, or no longer can: the others are cancelled.</summary>
    /// <param name="Required">How many, from 1 to the number of goals.</param>
    public sealed record Quorum(int Required) : FailurePolicy
    {
        private protected override string Label => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"end with {Required} successes");
    }
}
