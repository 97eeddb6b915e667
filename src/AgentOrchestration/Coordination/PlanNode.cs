using System.Diagnostics;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>One goal of a run and how far it is. What changes belongs to the scheduler's gate.</summary>
internal sealed class PlanNode(PlanRun run, int index, in PlanStep step, AgentCode code) : RunMember, IThreadPoolWorkItem
{
    private readonly PlanStep _step = step;

    // Most have one follower, or none.
    private PlanNode? _follower;
    private List<PlanNode>? _moreFollowers;
    private IReadOnlyList<AgentResult>? _inputs;

    public override PlannedRun Run => run;

    public int Index => index;

    public PlannedGoal Planned => _step.Planned;

    public AgentCode Code => code;

    public PlanNodeState State { get; set; } = step.Planned.Role == PlannedGoalRole.Worker ? PlanNodeState.Template : PlanNodeState.Waiting;

    /// <summary>Goals it follows that are not over.</summary>
    public int OpenDependencies { get; private set; }

    /// <summary>One of those it follows that did not succeed, if there is one: one that failed rather than one that was not needed.</summary>
    public PlanNode? Blocker { get; private set; }

    /// <summary>Its agent, while that has not ended.</summary>
    public AgentInstance? Agent { get; set; }

    public AgentResult? Result { get; private set; }

    public SkippedGoal? Skipped { get; set; }

    public ConditionVerdict? Verdict { get; set; }

    /// <summary>Whether it succeeded, once it is over.</summary>
    public bool HasSucceeded { get; private set; }

    /// <summary>Whether it was skipped without anything having gone wrong.</summary>
    public bool IsNotNeeded => Skipped is { Reason: SkipReason.ConditionNotMet or SkipReason.NotNeeded };

    /// <summary>The results it builds on. Asked for while its agent is at work, when they no longer change.</summary>
    public override IReadOnlyList<AgentResult> Inputs => _inputs ??= _step.Inputs switch
    {
        PlanInputs.None => [],
        PlanInputs.Followed => run.ResultsOf(_step.Follows),
        PlanInputs.Prefix => run.ResultsBefore(index),
        _ => throw new UnreachableException(),
    };

    /// <summary>Ties it to those it follows.</summary>
    public void FollowLocked(PlanNode[] nodes)
    {
        foreach (var followed in _step.Follows)
        {
            var node = nodes[followed];
            if (node.State is PlanNodeState.Ended or PlanNodeState.Skipped)
            {
                NoteLocked(node);
                continue;
            }

            OpenDependencies++;
            if (node._follower is null)
            {
                node._follower = this;
            }
            else
            {
                (node._moreFollowers ??= []).Add(this);
            }
        }
    }

    /// <summary>It is over: tells those that follow it, in the order they were added.</summary>
    public void TellFollowersLocked(Instant now, ref Outbox outbox)
    {
        if (_follower is { } first)
        {
            first.FollowedIsOverLocked(this, now, ref outbox);
            foreach (var follower in _moreFollowers ?? [])
            {
                follower.FollowedIsOverLocked(this, now, ref outbox);
            }
        }

        _follower = null;
        _moreFollowers = null;
    }

    public override void EndedLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        Agent = null;
        Result = agent.Result;
        HasSucceeded = Result.Succeeded;
        State = PlanNodeState.Ended;
        run.OverLocked(this, now, ref outbox);
    }

    // Its condition is to be judged; the pool calls this.
    void IThreadPoolWorkItem.Execute() => _ = run.JudgeAsync(this);

    private void FollowedIsOverLocked(PlanNode followed, Instant now, ref Outbox outbox)
    {
        NoteLocked(followed);
        if (--OpenDependencies == 0)
        {
            run.ReadyLocked(this, now, ref outbox);
        }
    }

    private void NoteLocked(PlanNode followed)
    {
        if (!followed.HasSucceeded && (Blocker is null || (Blocker.IsNotNeeded && !followed.IsNotNeeded)))
        {
            Blocker = followed;
        }
    }
}
