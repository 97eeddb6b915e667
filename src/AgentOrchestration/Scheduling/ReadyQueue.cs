using System.Diagnostics;

namespace AgentOrchestration.Scheduling;

/// <summary>Agents that need only a slot: holders of locks first, then others that return from a wait, then new ones; the overdue of any kind before all of these.</summary>
/// <remarks>Not thread-safe: belongs to the scheduler's gate.</remarks>
internal sealed class ReadyQueue(long ageingTicks)
{
    private const int Ranks = 3;

    private readonly WaitingLine _holders = new(ageingTicks);
    private readonly WaitingLine _returning = new(ageingTicks);
    private readonly WaitingLine _newExempt = new(ageingTicks);
    private readonly WaitingLine _newRoots = new(ageingTicks);

    public int Count => _holders.Count + _returning.Count + _newExempt.Count + _newRoots.Count;

    public void Add(AgentInstance agent, bool holdsLocks, bool toOldPlace, long now)
    {
        Debug.Assert(agent.Line is null, "The agent stands in a line.");
        // Whoever has a place in a group, or resources, must be able to start: a started agent may wait for them.
        var line = agent.Life.Attempt == 0 ? (agent is { Parent: null, Goal.ConcurrencyGroup: null } && !AgentClaims.HasClaims(agent) ? _newRoots : _newExempt)
            : holdsLocks ? _holders
            : _returning;
        line.Add(agent, toOldPlace, now);
    }

    /// <summary>Takes the agent that goes next out of the queue; null if there is none.</summary>
    /// <param name="admitRoots">Whether an agent of the host that is in no group may start.</param>
    /// <param name="now">The time.</param>
    public AgentInstance? Take(bool admitRoots, long now)
    {
        AgentInstance? best = null;
        var bestRank = Ranks;
        var bestLevel = 0;
        Consider(_holders, 0, now, ref best, ref bestRank, ref bestLevel);
        Consider(_returning, 1, now, ref best, ref bestRank, ref bestLevel);
        Consider(_newExempt, 2, now, ref best, ref bestRank, ref bestLevel);
        if (admitRoots)
        {
            Consider(_newRoots, 2, now, ref best, ref bestRank, ref bestLevel);
        }

        best?.Line!.Remove(best);
        return best;
    }

    private static void Consider(WaitingLine line, int rank, long now, ref AgentInstance? best, ref int bestRank, ref int bestLevel)
    {
        if (line.Peek(now, out var level) is not { } candidate)
        {
            return;
        }

        var effectiveRank = level == WaitingLine.Overdue ? -1 : rank;
        if (best is null || effectiveRank < bestRank || (effectiveRank == bestRank && WaitingLine.IsMoreUrgent(candidate, level, best, bestLevel)))
        {
            (best, bestRank, bestLevel) = (candidate, effectiveRank, level);
        }
    }
}
