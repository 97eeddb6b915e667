using AgentOrchestration.Durability;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>What a supervisor and its workers delegate, and within which limits. What changes belongs to the scheduler's gate.</summary>
internal sealed class Delegations(AgentScheduler scheduler, PlanRun run, CoordinationPattern.SupervisorWorker limits)
{
    private readonly Dictionary<string, PlanNode> _workers = new(StringComparer.Ordinal);
    private readonly List<DelegatedWork> _all = [];

    // By who delegated: each has a limit of its own, so that nobody waits for a place that whoever waits for him holds.
    private readonly Dictionary<AgentInstance, List<AgentInstance>> _underWay = [];
    private string[] _names = [];

    public IReadOnlyList<string> Workers => Volatile.Read(ref _names);

    public PlanRun Run => run;

    public void AddLocked(PlanNode worker)
    {
        _workers.Add(worker.Planned.Name, worker);
        _names = [.. _names, worker.Planned.Name];
    }

    public async ValueTask<ChildAgent> DelegateAsync(AgentActivity by, string worker, string? task)
    {
        if (task is not null && string.IsNullOrWhiteSpace(task))
        {
            throw new ArgumentException("The task is blank; say what is to be done, or leave it null for the worker's own description.", nameof(task));
        }

        var key = by.NextStep();
        var recorded = Recall(by, key, worker, task);
        if (recorded is { Result: { } result })
        {
            return new ChildAgent(recorded.Id, by.Id, Task.FromResult(result));
        }

        while (true)
        {
            var now = scheduler.Now();
            var outbox = scheduler.NewOutbox();
            AgentInstance? accepted = null;
            AgentInstance[] underWay = [];
            lock (scheduler.Gate)
            {
                by.AttemptOfActivity.ThrowIfEndedLocked();
                var template = FindLocked(worker);
                var depth = DepthBelow(by.Agent);
                ThrowIfRefusedLocked(by, depth);
                if (!_underWay.TryGetValue(by.Agent, out var own))
                {
                    _underWay.Add(by.Agent, own = []);
                }

                if (own.Count < limits.MaxWorkers)
                {
                    accepted = AcceptLocked(by, template, task, depth, own, key, recorded, now, ref outbox);
                    scheduler.FillSlotsLocked(now, ref outbox);
                }
                else
                {
                    underWay = [.. own];
                }
            }

            scheduler.Flush(outbox);
            if (accepted is not null)
            {
                return await scheduler.AcknowledgeAsync(by.ChildOf(accepted)).ConfigureAwait(false);
            }

            await by.WaitForAgentsAsync([.. underWay.Select(static agent => agent.Id)], Task.WhenAny(underWay.Select(static agent => agent.Completion)), needsAll: false).ConfigureAwait(false);
        }
    }

    /// <summary>The results of delegated work that is over, in the order it was delegated.</summary>
    public IReadOnlyList<AgentResult> ResultsLocked() => [.. _all.Select(static work => work.Result).OfType<AgentResult>()];

    // What was delegated in this step before a restart, which counts among what was delegated in all.
    private RecordedAgent? Recall(AgentActivity by, string key, string worker, string? task)
    {
        if (by.Recorded is not { } recorded)
        {
            return null;
        }

        PlanNode template;
        lock (scheduler.Gate)
        {
            template = FindLocked(worker);
        }

        var known = scheduler.Recall.FindDelegated(by, recorded, key, GoalOf(template, task));
        if (known is { Result: { } result })
        {
            lock (scheduler.Gate)
            {
                _all.Add(new DelegatedWork(this, DepthBelow(by.Agent), siblings: []) { Result = result });
            }
        }

        return known;
    }

    private static AgentGoal GoalOf(PlanNode template, string? task) => task is null ? template.Planned.Goal : template.Planned.Goal with { Description = task };

    private AgentInstance AcceptLocked(AgentActivity by, PlanNode template, string? task, int depth, List<AgentInstance> own, string key, RecordedAgent? recorded, Instant now, ref Outbox outbox)
    {
        var goal = GoalOf(template, task);
        var work = new DelegatedWork(this, depth, own);
        _all.Add(work);
        var agent = scheduler.Intake.AcceptMemberLocked(goal, template.Code, work, by.AttemptOfActivity, run.Trace, key, now, ref outbox, recorded);
        if (work.Result is null)
        {
            own.Add(agent);
        }

        return agent;
    }

    private PlanNode FindLocked(string worker) => _workers.TryGetValue(worker, out var template)
        ? template
        : throw new ArgumentException($"There is no worker '{worker}'. Workers: {(_names.Length == 0 ? "none" : string.Join(", ", _names))}.", nameof(worker));

    private void ThrowIfRefusedLocked(AgentActivity by, int depth)
    {
        if (run.IsStoppingLocked)
        {
            throw new GoalRefusedException(GoalRefusal.RunStopped, $"Run {run.Trace.Id} is stopping: agent {by.Id} cannot delegate.");
        }

        if (depth > limits.MaxDepth)
        {
            throw new GoalRefusedException(GoalRefusal.TooDeep, $"Agent {by.Id} is a worker {depth - 1} levels below the supervisor and MaxDepth is {limits.MaxDepth}: it cannot delegate.");
        }

        if (_all.Count >= limits.MaxDelegations)
        {
            throw new GoalRefusedException(GoalRefusal.TooManyGoals, $"Run {run.Trace.Id} has delegated {_all.Count} times, and MaxDelegations is {limits.MaxDelegations}.");
        }

        scheduler.Intake.ThrowIfRunRefusedLocked(by.AttemptOfActivity);
    }

    private static int DepthBelow(AgentInstance agent)
    {
        for (var at = agent; at is not null; at = at.Parent)
        {
            if (at.Member is { } member)
            {
                return member is DelegatedWork work ? work.Depth + 1 : 1;
            }
        }

        return 1;
    }
}
