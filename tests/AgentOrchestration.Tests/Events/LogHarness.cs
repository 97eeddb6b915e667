using AgentOrchestration.Events;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Events;

/// <summary>A log with agents that exist for it alone.</summary>
internal sealed class LogHarness(int capacity = 1024)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(30);

    private readonly Dictionary<AgentId, TestTrace> _agents = [];

    public EventLog Log { get; } = new(capacity, new FakeTimeProvider(Start));

    public static RunId Run(ulong number) => new(1, number);

    public TestTrace Agent(ulong number, ulong run = 0, bool known = true)
    {
        var trace = new TestTrace(AgentOrigin.Of(new AgentId(1, number), run == 0 ? default : Run(run), default));
        if (known)
        {
            _agents.Add(trace.Id, trace);
        }

        return trace;
    }

    public AgentTrace? Find(AgentId id) => _agents.GetValueOrDefault(id);

    public void Forget(TestTrace agent) => _agents.Remove(agent.Id);

    public AgentEvent Progress(TestTrace agent, string step = "step")
    {
        var e = new AgentProgressed(0, Start, step, 50) { Origin = agent.Origin };
        Log.Append(e, agent);
        return e;
    }

    public void Progress(TestTrace agent, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Progress(agent);
        }
    }

    public AgentEvent Started(TestTrace agent)
    {
        var e = new AgentStarted(0, Start, 1) { Origin = agent.Origin };
        Log.Append(e, agent);
        return e;
    }

    public AgentEvent End(TestTrace agent)
    {
        var e = Terminal(agent);
        Log.Append(e, agent);
        return e;
    }

    public static AgentEvent Terminal(TestTrace agent) =>
        new AgentCompleted(0, Start, new AgentResult { Id = agent.Id, Goal = "goal", State = AgentState.Completed }) { Origin = agent.Origin };

    public IAsyncEnumerable<AgentEvent> Subscribe(EventFilter? filter = null) => Log.Subscribe(filter, Find, static id => new RunTrace(id));

    public IAsyncEnumerable<AgentEvent> Subscribe(params TestTrace[] agents) => Subscribe(new EventFilter { Agents = [.. agents.Select(agent => agent.Id)] });

    public static async Task<List<AgentEvent>> ReadToEnd(IAsyncEnumerable<AgentEvent> events)
    {
        return await Read().WaitAsync(HangGuard);

        async Task<List<AgentEvent>> Read()
        {
            var all = new List<AgentEvent>();
            await foreach (var e in events)
            {
                all.Add(e);
            }

            return all;
        }
    }

    public static async Task<List<AgentEvent>> Take(IAsyncEnumerator<AgentEvent> reader, int count)
    {
        var taken = new List<AgentEvent>();
        while (taken.Count < count && await Soon(reader.MoveNextAsync()))
        {
            taken.Add(reader.Current);
        }

        return taken;
    }

    public static Task<bool> Soon(ValueTask<bool> moved) => moved.AsTask().WaitAsync(HangGuard);

    public static Task Soon(Task task) => task.WaitAsync(HangGuard);
}

internal sealed class TestTrace(AgentOrigin origin) : AgentTrace(origin)
{
    public AgentId Id => Origin.AgentId;
}
