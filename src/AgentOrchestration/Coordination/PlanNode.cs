using System.Diagnostics;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>One goal of a run and how far it is. What changes belongs to the scheduler's gate.</summary>
internal sealed class PlanNode(PlanRun run, int index, PlannedGoal planned, AgentCode code) : RunMember, IThreadPoolWorkItem
{
    // Those that follow it and were added with it: a part of an array that all of them share. Later ones are rare.
    private ArraySegment<PlanNode> _followers;
    private List<PlanNode>? _laterFollowers;
    private IReadOnlyList<AgentResult>? _inputs;

    public override PlannedRun Run => run;

    public override Activity? Span => run.Span;

    public int Index => index;

    public PlannedGoal Planned => planned;

    public AgentCode Code => code;

    public PlanNodeState State { get; set; } = planned.Role == PlannedGoalRole.Worker ? PlanNodeState.Template : PlanNodeState.Waiting;

    /// <summary>Goals it follows that are not over.</summary>
    public int OpenDependencies { get; private set; }

    /// <summary>One of those it follows that did not succeed, if there is one: one that failed rather than one that was not needed.</summary>
    public PlanNode? Blocker { get; private set; }

    /// <summary>Its agent, while that has not ended.</summary>
    public AgentInstance? Agent { get; set; }

    public AgentResult? Result { get; private set; }

    public SkippedGoal? Skipped { get; set; }

    /// <summary>How its condition was judged, if it was.</summary>
    public JudgedCondition? Judged { get; set; }

    /// <summary>Whether it succeeded, once it is over.</summary>
    public bool HasSucceeded { get; private set; }

    /// <summary>Whether it was skipped without anything having gone wrong.</summary>
    public bool IsNotNeeded => Skipped is { Reason: SkipReason.ConditionNotMet or SkipReason.NotNeeded };

    /// <summary>The results it builds on. Asked for while its agent is at work, when they no longer change.</summary>
    public override IReadOnlyList<AgentResult> Inputs => _inputs ??= planned.Inputs switch
    {
        PlanInputs.None => [],
        PlanInputs.Followed => run.ResultsOf(planned.Places),
        PlanInputs.Prefix => run.ResultsBefore(index),
        _ => throw new UnreachableException(),
    };

    /// <summary>Ties nodes that were just added to those they follow. Costs the same for each dependency.</summary>
    public static void TieLocked(PlanNode[] nodes, int first, int end)
    {
        // How many of the new ones follow each of the new ones, and then, in one array, which: they fill it from the back, so that each begins where its count ended.
        var places = new int[end - first];
        var total = 0;
        for (var i = first; i < end; i++)
        {
            foreach (var place in nodes[i].Planned.Places)
            {
                if (place >= first)
                {
                    places[place - first]++;
                    total++;
                }
            }
        }

        var followers = new PlanNode[total];
        total = 0;
        for (var i = 0; i < places.Length; i++)
        {
            total += places[i];
            nodes[first + i]._followers = new ArraySegment<PlanNode>(followers, total - places[i], places[i]);
            places[i] = total;
        }

        for (var i = end - 1; i >= first; i--)
        {
            foreach (var place in nodes[i].Planned.Places)
            {
                if (place >= first)
                {
                    followers[--places[place - first]] = nodes[i];
                    nodes[i].OpenDependencies++;
                }
            }
        }

        if (first > 0)
        {
            for (var i = first; i < end; i++)
            {
                nodes[i].FollowEarlierLocked(nodes, first);
            }
        }
    }

    /// <summary>It is over: tells those that follow it, in the order they were added.</summary>
    public void TellFollowersLocked(Instant now, ref Outbox outbox)
    {
        foreach (var follower in _followers.AsSpan())
        {
            follower.FollowedIsOverLocked(this, now, ref outbox);
        }

        if (_laterFollowers is { } later)
        {
            foreach (var follower in later)
            {
                follower.FollowedIsOverLocked(this, now, ref outbox);
            }
        }
    }

    public override void EndedLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        Agent = null;
        Result = agent.Result;
        HasSucceeded = Result.Succeeded;
        State = PlanNodeState.Ended;
        run.OverLocked(this, now, ref outbox);
    }

    /// <summary>It ended before a restart.</summary>
    public void RestoreEndedLocked(AgentResult result)
    {
        Result = result;
        HasSucceeded = result.Succeeded;
        State = PlanNodeState.Ended;
    }

    // Its condition is to be judged; the pool calls this.
    void IThreadPoolWorkItem.Execute() => _ = run.JudgeAsync(this);

    private void FollowEarlierLocked(PlanNode[] nodes, int first)
    {
        foreach (var place in planned.Places)
        {
            if (place >= first)
            {
                continue;
            }

            if (nodes[place] is { State: PlanNodeState.Ended or PlanNodeState.Skipped } over)
            {
                NoteLocked(over);
            }
            else
            {
                OpenDependencies++;
                (nodes[place]._laterFollowers ??= []).Add(this);
            }
        }
    }

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
