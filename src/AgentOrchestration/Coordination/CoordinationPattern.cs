using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>How the agents of a team take turns. Immutable data. Closed: these cases are all there are. Each becomes a plan (<see cref="OrchestrationPlan"/>), and one runner executes plans.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Parallel), Parallel.Kind)]
[JsonDerivedType(typeof(Sequential), Sequential.Kind)]
[JsonDerivedType(typeof(Conditional), Conditional.Kind)]
[JsonDerivedType(typeof(SupervisorWorker), SupervisorWorker.Kind)]
[JsonDerivedType(typeof(Graph), Graph.Kind)]
[JsonDerivedType(typeof(BestOf), BestOf.Kind)]
public abstract record CoordinationPattern
{
    private protected CoordinationPattern()
    {
    }

    /// <summary>Its kind, as in the <c>type</c> of its JSON form, such as <c>graph</c>.</summary>
    [JsonIgnore]
    public string PatternKind => KindName;

    // Not public and abstract: a type in another assembly cannot implement it, so the hierarchy stays closed.
    private protected abstract string KindName { get; }

    /// <summary>All goals at once. None sees another's result.</summary>
    /// <param name="MaxConcurrency">Goals under way at the same time, from 1; null for as many as there are slots.</param>
    public sealed record Parallel(int? MaxConcurrency = null) : CoordinationPattern
    {
        internal const string Kind = "parallel";

        private protected override string KindName => Kind;
    }

    /// <summary>One after another, in the order given. Each sees the results of all before it; a failure skips the rest.</summary>
    public sealed record Sequential : CoordinationPattern
    {
        internal const string Kind = "sequential";

        private protected override string KindName => Kind;
    }

    /// <summary>The first goal, and then each other one whose condition holds on the first one's result: its own <see cref="AgentGoal.When"/>, or else the pattern's.</summary>
    /// <param name="Condition">The condition of goals that have none of their own; null if each has.</param>
    public sealed record Conditional(AgentCondition? Condition = null) : CoordinationPattern
    {
        internal const string Kind = "conditional";

        private protected override string KindName => Kind;
    }

    /// <summary>One goal's agent supervises and gives work to the workers that the other goals describe: <see cref="AgentContext.DelegateAsync"/>.</summary>
    /// <param name="Supervisor">The <see cref="AgentGoal.Name"/> of the goal that supervises.</param>
    /// <param name="MaxWorkers">Workers of one agent under way at the same time, from 1; who delegates beyond it waits for one to end. Default: 4.</param>
    /// <param name="MaxDepth">Levels of delegation, from 1: with 1 workers cannot delegate themselves. Default: 1.</param>
    /// <param name="MaxDelegations">Delegations in all, from 1; beyond it they are refused. Default: 100.</param>
    public sealed record SupervisorWorker(string Supervisor, int MaxWorkers = 4, int MaxDepth = 1, int MaxDelegations = 100) : CoordinationPattern
    {
        internal const string Kind = "supervisor_worker";

        private protected override string KindName => Kind;
    }

    /// <summary>Each goal starts the moment its own <see cref="AgentGoal.DependsOn"/> are over and its <see cref="AgentGoal.When"/>, if it has one, holds. There are no levels.</summary>
    public sealed record Graph : CoordinationPattern
    {
        internal const string Kind = "graph";

        private protected override string KindName => Kind;
    }

    /// <summary>One goal several times; a judge picks among those that succeed, and all stay visible side by side.</summary>
    /// <param name="Candidates">How many times, from 2.</param>
    /// <param name="Judge">Who picks.</param>
    /// <param name="Agents">Registered agents to take turns, so that candidates differ; null or empty for the goal's own.</param>
    public sealed record BestOf(int Candidates, CandidateJudge Judge, IReadOnlyList<string>? Agents = null) : CoordinationPattern
    {
        internal const string Kind = "best_of";

        private protected override string KindName => Kind;
    }
}
