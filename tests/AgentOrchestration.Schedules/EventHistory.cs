using AgentOrchestration.Agents;
using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>What every history must satisfy: one order (INV-24), one end (INV-16), the life's table (INV-15), the capacity at each moment (INV-13), pauses that hold (INV-21).</summary>
internal static class EventHistory
{
    /// <summary>A change of the capacity, between two numbers of events.</summary>
    internal readonly record struct Resize(long Before, long After, int Capacity);

    public static void Check(IReadOnlyList<AgentEvent> events, int capacity, IReadOnlyList<Resize> resizes)
    {
        var states = new Dictionary<AgentId, AgentState>();
        var openApprovals = new HashSet<ApprovalId>();
        var running = 0;
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            Specification.Assert(e.Sequence == i + 1, $"{e} is event number {i + 1} of the history");
            if (e.AgentId is not { } id)
            {
                continue;
            }

            if (e is AgentSpawned)
            {
                Specification.Assert(states.TryAdd(id, AgentState.Idle), $"{e}: the agent was there before");
                continue;
            }

            Specification.Assert(states.TryGetValue(id, out var state), $"{e} comes before the agent was spawned");
            Specification.Assert(!state.IsTerminal(), $"{e} follows the agent's terminal event");
            Specification.Assert(e is not ApprovalRequested requested || openApprovals.Add(requested.Request.Id), $"{e}: requested twice");
            Specification.Assert(e is not ApprovalAnswered answered || openApprovals.Remove(answered.ApprovalId), $"{e}: closed twice");
            if (StateAfter(e) is not { } next)
            {
                continue;
            }

            Specification.Assert(state == next || state.CanBecome(next), $"{e}: an agent does not go from {state} to {next}");
            Specification.Assert(state != AgentState.Paused || e is AgentResumed || next.IsTerminal(), $"{e}: the agent is paused and goes on before it is resumed");
            running -= state == AgentState.Running ? 1 : 0;
            states[id] = next;
            if (next == AgentState.Running)
            {
                running++;
                var limit = LimitAt(e.Sequence, capacity, resizes);
                Specification.Assert(running <= limit, $"{e}: {running} agents run and the capacity is {limit}");
            }
        }

        foreach (var (id, state) in states)
        {
            Specification.Assert(state.IsTerminal(), $"{id} never ended");
        }
    }

    private static AgentState? StateAfter(AgentEvent e) => e switch
    {
        AgentStarted or AgentContinued => AgentState.Running,
        AgentWaiting => AgentState.Waiting,
        AgentPaused => AgentState.Paused,
        AgentQueued or AgentRetrying => AgentState.Idle,
        AgentResumed resumed => resumed.State,
        AgentCompleted => AgentState.Completed,
        AgentFailed => AgentState.Failed,
        AgentCancelled => AgentState.Cancelled,
        _ => null,
    };

    // The change happened somewhere between its two numbers: for a start in between, the larger of the two capacities may have been in force.
    private static int LimitAt(long sequence, int capacity, IReadOnlyList<Resize> resizes)
    {
        var limit = capacity;
        foreach (var resize in resizes)
        {
            if (sequence > resize.After)
            {
                limit = resize.Capacity;
            }
            else if (sequence > resize.Before)
            {
                limit = Math.Max(limit, resize.Capacity);
            }
        }

        return limit;
    }
}
