using System.Runtime.CompilerServices;
using AgentOrchestration.Diagnostics;
using AgentOrchestration.Events;
using AgentOrchestration.Knowledge;
using AgentOrchestration.Locking;
using AgentOrchestration.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>The queue, which never moves an agent as it ages, against the obvious thing: a list that is searched for the most urgent each time.</summary>
public sealed class ReadyQueueTests
{
    private const int Ageing = 10;

    private static readonly AgentScheduler Scheduler = AgentOrchestrator.Create().Scheduler;

    [Fact]
    public void WaitingLine_ForgetsWhoHasLeft()
    {
        var line = new WaitingLine(Ageing);
        var left = Enumerable.Range(0, 1000).Select(arrival => ComeAndGo(line, arrival)).ToList();

        GC.Collect();

        Assert.InRange(left.Count(static agent => agent.IsAlive), 0, 20);
        GC.KeepAlive(line);
    }

    [Fact]
    public void WaitingLine_ServesAsASearchedListWould()
    {
        var op = Gen.Select(Gen.Int[0, 9], Gen.Int[1, 4], Gen.Int[-1, 3], Gen.Int[0, 25], Gen.Int[0, 100]);
        op.List[0, 60].Sample(ops =>
        {
            var line = new WaitingLine(Ageing);
            var model = new List<AgentInstance>();
            var away = new List<AgentInstance>();
            var now = 0L;
            var arrival = 0L;
            foreach (var (kind, priority, deadline, step, pick) in ops)
            {
                now += step;
                switch (kind)
                {
                    case < 4:
                        var agent = NewAgent(priority, deadline, ++arrival, now, parent: null);
                        line.Add(agent, returning: false, now);
                        model.Add(agent);
                        break;
                    case < 6 when model.Count > 0:
                        var leaving = model[pick % model.Count];
                        line.Remove(leaving);
                        model.Remove(leaving);
                        away.Add(leaving);
                        break;
                    case < 8 when away.Count > 0:
                        var back = away[pick % away.Count];
                        away.Remove(back);
                        line.Add(back, returning: true, now);
                        model.Add(back);
                        break;
                    default:
                        var expected = model.Count == 0 ? null : model.MinBy(candidate => Key(candidate, rank: 0, now));
                        if (line.Peek(now, out var level) != expected || (expected is not null && level != LevelOf(expected, now)))
                        {
                            return false;
                        }

                        if (expected is not null)
                        {
                            line.Remove(expected);
                            model.Remove(expected);
                        }

                        break;
                }

                if (line.Count != model.Count)
                {
                    return false;
                }
            }

            return true;
        });
    }

    [Fact]
    public void ReadyQueue_ServesAsASearchedListWould()
    {
        var op = Gen.Select(Gen.Int[0, 5], Gen.Int[1, 4], Gen.Int[-1, 3], Gen.Int[0, 25], Gen.Int[0, 3]);
        op.List[0, 60].Sample(ops =>
        {
            var queue = new ReadyQueue(Ageing);
            var model = new List<(AgentInstance Agent, int Rank, bool IsNewRoot)>();
            var now = 0L;
            var arrival = 0L;
            var parent = NewAgent(priority: 2, deadline: -1, 0, 0, parent: null);
            foreach (var (kind, priority, deadline, step, how) in ops)
            {
                now += step;
                if (kind < 3)
                {
                    var agent = NewAgent(priority, deadline, ++arrival, now, how == 1 ? parent : null);
                    if (how >= 2)
                    {
                        agent.Apply(new AgentStarted(0, default, 1));
                    }

                    queue.Add(agent, holdsLocks: how == 3, toOldPlace: false, now);
                    model.Add((agent, how switch { 3 => 0, 2 => 1, _ => 2 }, how == 0));
                }
                else
                {
                    var admitRoots = kind > 3;
                    var candidates = model.Where(entry => admitRoots || !entry.IsNewRoot).ToList();
                    var expected = candidates.Count == 0 ? null : candidates.MinBy(entry => Key(entry.Agent, entry.Rank, now)).Agent;
                    if (queue.Take(admitRoots, now) != expected)
                    {
                        return false;
                    }

                    model.RemoveAll(entry => entry.Agent == expected);
                }

                if (queue.Count != model.Count)
                {
                    return false;
                }
            }

            return true;
        });
    }

    private static (int Rank, int Level, DateTimeOffset Deadline, long Arrival) Key(AgentInstance agent, int rank, long now)
    {
        var level = LevelOf(agent, now);
        return level == WaitingLine.Overdue
            ? (-1, -level, default, agent.Arrival)
            : (rank, -level, agent.Goal.Deadline ?? DateTimeOffset.MaxValue, agent.Arrival);
    }

    private static int LevelOf(AgentInstance agent, long now) => (int)Math.Min(WaitingLine.Overdue, (long)agent.Goal.Priority + ((now - agent.ReadySince) / Ageing));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ComeAndGo(WaitingLine line, long arrival)
    {
        var agent = NewAgent(priority: 1, deadline: 1, arrival, now: 0, parent: null);
        line.Add(agent, returning: false, now: 0);
        line.Remove(agent);
        return new WeakReference(agent);
    }

    private static AgentInstance NewAgent(int priority, int deadline, long arrival, long now, AgentInstance? parent)
    {
        var goal = new AgentGoal("x") { Priority = (AgentPriority)priority, Deadline = deadline < 0 ? null : DateTimeOffset.UnixEpoch.AddHours(deadline) };
        return new AgentInstance(Scheduler, AgentOrigin.None, goal, "x", default, parent, default) { Arrival = arrival, ReadySince = now };
    }
}
