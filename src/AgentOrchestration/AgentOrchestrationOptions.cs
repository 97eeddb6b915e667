using System.ComponentModel.DataAnnotations;
using AgentOrchestration.Agents;
using AgentOrchestration.Internal;
using AgentOrchestration.Scheduling;
using Microsoft.Extensions.Options;

namespace AgentOrchestration;

/// <summary>How an orchestrator works. Read once, when it is made; <see cref="IAgentOrchestrator.MaxConcurrentAgents"/> can be changed later.</summary>
public sealed class AgentOrchestrationOptions
{
    /// <summary>The name of the agent that does goals which name none.</summary>
    public const string DefaultAgentName = "default";

    /// <summary>Agents that hold a slot and work at the same time.</summary>
    /// <value>From 1. Default: 4, which suits a laptop; 6 suits a desktop, 8 a workstation.</value>
    [Range(1, int.MaxValue)]
    public int MaxConcurrentAgents { get; set; } = 4;

    /// <summary>Agents the host spawned that may have started and not ended, those that wait or are paused included; null for 4 times the slots. Bounds memory.
    /// Agents in a concurrency group count, but start beyond it too: their group bounds them, and others may wait for their places.</summary>
    /// <value>From 1, or null. A value below <see cref="MaxConcurrentAgents"/> leaves slots unused. Default: null.</value>
    [Range(1, int.MaxValue)]
    public int? MaxStartedAgents { get; set; }

    /// <summary>Agents the host spawned that may be accepted and not started; beyond it goals are refused with <see cref="GoalRefusal.QueueFull"/>.</summary>
    /// <value>From 1. Default: 100,000.</value>
    [Range(1, int.MaxValue)]
    public int MaxQueuedAgents { get; set; } = 100_000;

    /// <summary>How deep agents may spawn agents: 1 allows children but no grandchildren.</summary>
    /// <value>From 0. Default: 8.</value>
    [Range(0, int.MaxValue)]
    public int MaxSpawnDepth { get; set; } = 8;

    /// <summary>Waiting for a slot this long raises an agent by one priority level; above the highest it goes before all others, so that nothing starves.</summary>
    /// <value>From 1 ms to 1 day. Default: 30 s.</value>
    [DurationRange("00:00:00.001", "1.00:00:00")]
    public TimeSpan AgeingInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many agents of a concurrency group may be started and not ended at the same time; a group that is not listed admits one.</summary>
    /// <value>Limits from 1. Default: empty.</value>
    public IDictionary<string, int> ConcurrencyGroups { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>How long an agent may take to stop when it is cancelled or out of time, before it is detached.</summary>
    /// <value>From 1 ms to 1 day. Default: 30 s.</value>
    [DurationRange("00:00:00.001", "1.00:00:00")]
    public TimeSpan CancellationGracePeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Detached agents whose code may still run; while there are as many, goals are refused with <see cref="GoalRefusal.TooManyDetached"/>.</summary>
    /// <value>From 1. Default: 16.</value>
    [Range(1, int.MaxValue)]
    public int MaxDetachedAgents { get; set; } = 16;

    /// <summary>An agent that holds a slot for this long without a sign of life raises <see cref="AgentStalled"/>.</summary>
    /// <value>From 1 ms to 1 day. Default: 1 min.</value>
    [DurationRange("00:00:00.001", "1.00:00:00")]
    public TimeSpan StallThreshold { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long shutdown and disposal let accepted agents finish before cancelling them.</summary>
    /// <value>From zero to 1 day. Default: 10 s.</value>
    [DurationRange("00:00:00", "1.00:00:00")]
    public TimeSpan ShutdownDrainPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Ended agents that stay known; beyond it the oldest eighth is forgotten and named in <see cref="AgentsEvicted"/>. Results stay in memory too while their terminal
    /// events do, see <see cref="MaxRetainedEvents"/>.
    /// </summary>
    /// <value>From 0. Default: 10,000.</value>
    [Range(0, int.MaxValue)]
    public int MaxEndedAgents { get; set; } = 10_000;

    /// <summary>How long an ended agent stays known; null for no limit in time.</summary>
    /// <value>From 1 ms to 49 days, or null. Default: null.</value>
    [DurationRange("00:00:00.001", "49.00:00:00")]
    public TimeSpan? EndedAgentRetention { get; set; }

    /// <summary>Events that stay readable. A reader further behind than this is told what it missed.</summary>
    /// <value>From 16. Default: 16,384; rounded up to a power of two.</value>
    [Range(16, 1 << 30)]
    public int MaxRetainedEvents { get; set; } = 16_384;

    /// <summary>Which events locks raise. Each takes its place among those that stay readable.</summary>
    /// <value>Default: <see cref="LockEventLevel.Contended"/>.</value>
    public LockEventLevel LockEvents { get; set; } = LockEventLevel.Contended;

    /// <summary>
    /// What must be in no event, result or checkpoint, such as keys and passwords: wherever agents, tools or models say one of these in what they produce, <c>[secret]</c> stands instead, in its JSON
    /// form too. Names, of goals and resources, are not searched. Output that may be the beginning of one is streamed when it is clear that it is not.
    /// </summary>
    /// <value>Each of at least 4 characters. Default: none.</value>
    public ICollection<string> Secrets { get; } = [];

    /// <summary>Unread messages an agent's mailbox holds.</summary>
    /// <value>From 1. Default: 256.</value>
    [Range(1, int.MaxValue)]
    public int MaxMailboxMessages { get; set; } = 256;

    /// <summary>Characters of streamed output that are kept as partial output; what exceeds them is still streamed, not kept.</summary>
    /// <value>From 0. Default: 1,048,576.</value>
    [Range(0, int.MaxValue)]
    public int MaxPartialOutputCharacters { get; set; } = 1 << 20;

    /// <summary>Size of a file up to which it is read, written and edited by <see cref="GuardedFiles"/>, which hold it in memory as a whole.</summary>
    /// <value>From 1 to 1,073,741,824 bytes. Default: 16,777,216.</value>
    [Range(1, 1 << 30)]
    public int MaxFileBytes { get; set; } = 16 << 20;

    /// <summary>Tools that run at the same time, over all agents. A tool that waits for something does not count meanwhile.</summary>
    /// <value>From 1. Default: 10.</value>
    [Range(1, int.MaxValue)]
    public int MaxConcurrentTools { get; set; } = 10;

    /// <summary>Upper bound for the knowledge base, in megabytes of 1,048,576 bytes; beyond it the least important and oldest entries go.</summary>
    /// <value>From 1 to 1,048,576. Default: 256.</value>
    [Range(1, 1 << 20)]
    public int KnowledgeMemoryMegabytes { get; set; } = 256;

    /// <summary>The clock; null takes the container's <see cref="System.TimeProvider"/>, or else the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Judges the success criteria on which an agent did not report; null takes the container's, if it has one.</summary>
    public ICriterionEvaluator? CriterionEvaluator { get; set; }

    /// <summary>Chooses the models that are asked; null takes the container's, under the orchestrator's key if there is one, or else the one that <see cref="UseLlmRouter"/> makes.</summary>
    public ILlmRouter? LlmRouter { get; set; }

    /// <summary>The user interface that agents share; null takes the container's, under the orchestrator's key if there is one, or else the one that <see cref="UseAutomation"/> makes.</summary>
    public IAutomationService? Automation { get; set; }

    /// <summary>How the store is used, if there is one: see <see cref="UseStore"/>.</summary>
    [ValidateObjectMembers]
    public DurabilityOptions Durability { get; private set; } = new();

    internal Func<IServiceProvider, IOrchestrationStore>? CreateStore { get; private set; }

    internal Func<IServiceProvider, IKnowledgeBase, IKnowledgeBase>? DecorateKnowledge { get; private set; }

    internal Func<IServiceProvider, ILlmRouter>? CreateLlmRouter { get; private set; }

    internal Func<IServiceProvider, IAutomationService>? CreateAutomation { get; private set; }

    /// <summary>What is registered by name.</summary>
    internal Dictionary<string, AgentCode> Agents { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, Func<ConditionContext, CancellationToken, ValueTask<ConditionVerdict>>> Conditions { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, Func<AggregationContext, CancellationToken, ValueTask<AgentOutput>>> Aggregators { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, Func<JudgingContext, CancellationToken, ValueTask<JudgeVerdict>>> Judges { get; } = new(StringComparer.Ordinal);

    /// <summary>A copy that the host cannot change any more. Who uses the collections takes copies of them.</summary>
    internal AgentOrchestrationOptions Copy()
    {
        var copy = (AgentOrchestrationOptions)MemberwiseClone();
        copy.Durability = Durability.Copy();
        return copy;
    }

    /// <summary>Registers an agent by name; a later registration of the same name replaces it.</summary>
    /// <param name="name">The name; not blank. <see cref="DefaultAgentName"/> does the goals that name no agent.</param>
    /// <param name="factory">Makes the agent for one attempt, from the attempt's services.</param>
    /// <returns>These options.</returns>
    public AgentOrchestrationOptions AddAgent(string name, Func<IServiceProvider, IAgent> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(factory);
        Agents[name] = new AgentCode(factory);
        return this;
    }

    /// <summary>Registers an agent by name, unless one is registered under it.</summary>
    /// <inheritdoc cref="AddAgent(string, Func{IServiceProvider, IAgent})"/>
    public AgentOrchestrationOptions TryAddAgent(string name, Func<IServiceProvider, IAgent> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Agents.ContainsKey(name) ? this : AddAgent(name, factory);
    }

    /// <summary>Registers a function as an agent by name.</summary>
    /// <inheritdoc cref="AddAgent(string, Func{IServiceProvider, IAgent})"/>
    /// <param name="name">The name; not blank. <see cref="DefaultAgentName"/> does the goals that name no agent.</param>
    /// <param name="run">Does the work, as <see cref="IAgent.RunAsync"/>.</param>
    public AgentOrchestrationOptions AddAgent(string name, Func<AgentContext, CancellationToken, Task<AgentOutput>> run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(run);
        Agents[name] = new AgentCode(new DelegateAgent(run));
        return this;
    }

    /// <summary>
    /// Makes the router together with the orchestrator, which disposes it after everything else if it is disposable. Where <see cref="LlmRouter"/> is set or the container has a router, that one
    /// is used and none is made.
    /// </summary>
    /// <param name="create">Makes it, from the container; without one the services resolve nothing.</param>
    /// <returns>These options.</returns>
    public AgentOrchestrationOptions UseLlmRouter(Func<IServiceProvider, ILlmRouter> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        CreateLlmRouter = create;
        return this;
    }

    /// <summary>
    /// Makes the adapter of a user interface together with the orchestrator, which disposes it after everything else if it is disposable. Where <see cref="Automation"/> is set or the container has an
    /// <see cref="IAutomationService"/>, that one is used and none is made. Agents use it through <see cref="AgentContext.Automation"/>.
    /// </summary>
    /// <param name="create">Makes it, from the container; without one the services resolve nothing.</param>
    /// <returns>These options.</returns>
    public AgentOrchestrationOptions UseAutomation(Func<IServiceProvider, IAutomationService> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        CreateAutomation = create;
        return this;
    }

    /// <summary>
    /// Keeps what agents do in a store, so that it survives the process: see <see cref="IAgentOrchestrator.RestoreAsync"/>. The store is made together with the orchestrator, which disposes it after
    /// everything else. Where the container has an <see cref="IOrchestrationStore"/>, that one is used and none is made.
    /// </summary>
    /// <param name="create">Makes it, from the container; without one the services resolve nothing.</param>
    /// <returns>These options.</returns>
    public AgentOrchestrationOptions UseStore(Func<IServiceProvider, IOrchestrationStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        CreateStore = create;
        return this;
    }

    /// <summary>Puts something around the knowledge base, such as another way of searching; what was put around it before is inside.</summary>
    /// <param name="decorate">Makes it, from the container and the base; without a container the services resolve nothing.</param>
    /// <returns>These options.</returns>
    public AgentOrchestrationOptions UseKnowledge(Func<IServiceProvider, IKnowledgeBase, IKnowledgeBase> decorate)
    {
        ArgumentNullException.ThrowIfNull(decorate);
        var before = DecorateKnowledge;
        DecorateKnowledge = before is null ? decorate : (services, inner) => decorate(services, before(services, inner));
        return this;
    }

    /// <summary>Registers a condition by name, for <see cref="AgentCondition.Named"/>; a later registration of the same name replaces it.</summary>
    /// <param name="name">The name; not blank.</param>
    /// <param name="judge">Judges, from any thread. What it throws fails the goal whose condition it is.</param>
    /// <returns>These options.</returns>
    public AgentOrchestrationOptions AddCondition(string name, Func<ConditionContext, CancellationToken, ValueTask<ConditionVerdict>> judge) => Add(Conditions, name, judge);

    /// <summary>Registers an aggregator by name, for <see cref="ResultAggregator.Named"/>; a later registration of the same name replaces it.</summary>
    /// <param name="name">The name; not blank.</param>
    /// <param name="aggregate">Makes one output of the results. What it throws ends up in <see cref="OrchestrationResult.Error"/>.</param>
    /// <returns>These options.</returns>
    public AgentOrchestrationOptions AddAggregator(string name, Func<AggregationContext, CancellationToken, ValueTask<AgentOutput>> aggregate) => Add(Aggregators, name, aggregate);

    /// <summary>Registers a judge by name, for <see cref="CandidateJudge.Named"/>; a later registration of the same name replaces it.</summary>
    /// <param name="name">The name; not blank.</param>
    /// <param name="judge">Picks one of the candidates. What it throws ends up in <see cref="OrchestrationResult.Error"/>.</param>
    /// <returns>These options.</returns>
    public AgentOrchestrationOptions AddJudge(string name, Func<JudgingContext, CancellationToken, ValueTask<JudgeVerdict>> judge) => Add(Judges, name, judge);

    private AgentOrchestrationOptions Add<T>(Dictionary<string, T> registered, string name, T code)
        where T : Delegate
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(code);
        registered[name] = code;
        return this;
    }
}
