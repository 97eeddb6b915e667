namespace AgentOrchestration;

/// <summary>Runs agents side by side: a bounded pool with priorities, locks on what they touch, and one stream of everything that happens. Thread-safe.</summary>
/// <remarks>
/// A token given to a member ends that call, not the work it started. No member blocks a thread or captures a synchronisation context.
/// After disposal members that accept work throw <see cref="ObjectDisposedException"/>; members that observe keep working.
/// </remarks>
/// <example><code>
/// await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) => await WorkAsync(context.Goal, ct)));
/// var handle = await orchestrator.SpawnAsync("Summarise the changes");
/// var result = await handle.Completion;
/// </code></example>
public interface IAgentOrchestrator : IAsyncDisposable
{
    /// <summary>Agents that hold a slot and work at the same time. May change while agents run: a lower value drains and pre-empts nobody.</summary>
    /// <value>From 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    int MaxConcurrentAgents { get; set; }

    /// <summary>The resource locks. Used within an agent's flow of control they act for that agent.</summary>
    IResourceLocks Locks { get; }

    /// <summary>Locks that all processes on the store share; null without a store that shares them. Used within an agent's flow of control they act for that agent.</summary>
    SharedLocks? SharedLocks { get; }

    /// <summary>Files that are read and changed under their locks. Used within an agent's flow of control they act for that agent.</summary>
    GuardedFiles Files { get; }

    /// <summary>The knowledge that all agents share.</summary>
    IKnowledgeBase Knowledge { get; }

    /// <summary>The user interface that agents share; null if there is none. Used within an agent's flow of control it acts for that agent.</summary>
    GuardedAutomation? Automation { get; }

    /// <summary>Accepts a goal; its agent starts when a slot is free and no more urgent agent waits.</summary>
    /// <param name="goal">What is wanted.</param>
    /// <param name="agent">Who does it; null takes the registered one that <see cref="AgentGoal.Agent"/> names.</param>
    /// <param name="cancellationToken">Ends the acceptance, not the work.</param>
    /// <exception cref="ArgumentException">The goal is not valid; the message says what.</exception>
    /// <exception cref="InvalidOperationException">No agent is registered under that name.</exception>
    /// <exception cref="GoalRefusedException">The queue is full, too many detached agents still run, or the orchestrator shuts down.</exception>
    ValueTask<AgentHandle> SpawnAsync(AgentGoal goal, IAgent? agent = null, CancellationToken cancellationToken = default);

    /// <summary>Accepts all these goals, or none of them. Their agents share a <see cref="RunId"/>, by which the event stream can be filtered.</summary>
    /// <returns>Their handles, in the order of the goals.</returns>
    /// <inheritdoc cref="SpawnAsync"/>
    ValueTask<IReadOnlyList<AgentHandle>> SpawnParallelAsync(IReadOnlyList<AgentGoal> goals, CancellationToken cancellationToken = default);

    /// <summary>Starts a run: goals whose agents take turns as a pattern says. What makes no sense is refused before anything starts.</summary>
    /// <param name="pattern">How the agents take turns.</param>
    /// <param name="goals">The goals. Each is accepted when it becomes ready; they do not count against <see cref="AgentOrchestrationOptions.MaxQueuedAgents"/>.</param>
    /// <param name="options">What else may be chosen; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the acceptance, not the run.</param>
    /// <returns>The run. Started within an agent's flow of control it belongs to that agent: it is cancelled when the agent's attempt ends.</returns>
    /// <exception cref="ArgumentException">A goal, the pattern or an option is not valid, names are unknown or taken, or goals wait for each other in a circle; the message says which.</exception>
    /// <exception cref="InvalidOperationException">No agent, condition, aggregator or judge is registered under a name that is used, or a model is needed and there is none.</exception>
    /// <exception cref="GoalRefusedException">Too many detached agents still run, the agent is too deep, or the orchestrator shuts down.</exception>
    ValueTask<OrchestrationRun> StartAsync(CoordinationPattern pattern, IReadOnlyList<AgentGoal> goals, OrchestrationRunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>The agent at this moment; null if it is not known (any more). Never waits.</summary>
    AgentStatus? GetStatus(AgentId id);

    /// <summary>The agents at this moment, in the order they were spawned. Never waits.</summary>
    /// <param name="includeEnded">Whether agents that have ended and are still known are listed too.</param>
    IReadOnlyList<AgentStatus> ListAgents(bool includeEnded = false);

    /// <summary>Everything that happens from the moment of this call on. It may be enumerated several times, each time from there.</summary>
    /// <param name="filter">What to give and from where; null gives all.</param>
    /// <returns>Events in their one order. It ends when the orchestrator is disposed, or earlier as <see cref="EventFilter.Agents"/> says.</returns>
    /// <exception cref="ArgumentException">The filter is not valid; the message says what.</exception>
    IAsyncEnumerable<AgentEvent> Subscribe(EventFilter? filter = null);

    /// <summary>Waits for every agent known now, and for the children they spawn. Consumes nothing: two waiters get the same.</summary>
    /// <returns>Their results, in the order they were spawned.</returns>
    /// <exception cref="InvalidOperationException">Called within an agent's flow of control, which would wait for itself.</exception>
    Task<IReadOnlyList<AgentResult>> WaitAllAsync(CancellationToken cancellationToken = default);

    /// <summary>Why the agent is not running, followed to the end: for what it waits, who holds that, and for what that one waits. Null if it is not known.</summary>
    WaitExplanation? Explain(AgentId id);

    /// <summary>Asks the agent to stop at its next pause point. Its guards stay held and its children are not paused.</summary>
    /// <returns>Completes with true when none of its activities runs any more; false if it is not known, has ended, or was resumed first.</returns>
    /// <param name="id">The agent.</param>
    /// <param name="cancellationToken">Ends this wait; the request to pause stands.</param>
    Task<bool> PauseAsync(AgentId id, CancellationToken cancellationToken = default);

    /// <summary>Lets a paused agent go on, at its old place in every queue.</summary>
    /// <returns>True; false if it is not known, has ended or was not paused.</returns>
    Task<bool> ResumeAsync(AgentId id, CancellationToken cancellationToken = default);

    /// <summary>Cancels the agent and its children. Completes when that is decided, not when they have stopped.</summary>
    /// <returns>True: the agent will end Cancelled, with what it returns kept as partial output. False: it is not known, has ended, or is already bound to end otherwise.</returns>
    /// <param name="id">The agent.</param>
    /// <param name="reason">Why; kept in the result.</param>
    /// <param name="cancellationToken">Checked before anything is decided.</param>
    Task<bool> CancelAsync(AgentId id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Cancels every agent and every run that has not ended.</summary>
    /// <returns>How many will end Cancelled because of this call, children included.</returns>
    /// <param name="reason">Why; kept in the results.</param>
    /// <param name="cancellationToken">Checked before anything is decided.</param>
    Task<int> CancelAllAsync(string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Puts a message into the agent's mailbox, in call order.</summary>
    /// <returns>True; false if the agent is not known or has ended, or its mailbox holds <see cref="AgentOrchestrationOptions.MaxMailboxMessages"/> unread messages.</returns>
    /// <param name="id">The agent.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Checked before the message is accepted.</param>
    ValueTask<bool> SendAsync(AgentId id, AgentMessage message, CancellationToken cancellationToken = default);

    /// <summary>The open requests for approval, oldest first.</summary>
    IReadOnlyList<ApprovalRequest> ListApprovals();

    /// <summary>Answers a request for approval.</summary>
    /// <returns>True; false if it is not open (any more).</returns>
    /// <param name="id">The request.</param>
    /// <param name="approved">Whether the agent may go on.</param>
    /// <param name="reason">Why; given to the agent.</param>
    /// <param name="cancellationToken">Checked before the answer is taken.</param>
    ValueTask<bool> AnswerAsync(ApprovalId id, bool approved, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Goes on with what an earlier process left unfinished in the store, and from then on also with what other processes on the same store leave when they die. Call it after the agents are
    /// registered; a host does the same at its start, see <see cref="DurabilityOptions.RestoreOnStart"/>. Without a store there is nothing.
    /// </summary>
    /// <remarks>
    /// Runs and agents go on under their ids: what has ended keeps its results, an attempt that was interrupted runs again from its start or from the checkpoint it loads, and is given what it had
    /// recorded instead of doing it again. Agents that were handed over rather than registered end with <see cref="AgentErrorCodes.NotResumable"/>.
    /// </remarks>
    /// <param name="cancellationToken">Ends the call before anything is taken over.</param>
    /// <returns>What was taken over since the last call, by itself meanwhile or at the host's start too (the latest 100,000); each of it by one process only.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    Task<RestoreReport> RestoreAsync(CancellationToken cancellationToken = default);

    /// <summary>What the store has of runs and agents, those that have ended included; null without a store.</summary>
    RunHistory? History { get; }

    /// <summary>Forgets the agents that have ended. Handles and waiters keep their results.</summary>
    /// <returns>How many were forgotten.</returns>
    int Cleanup();
}
