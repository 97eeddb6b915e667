using CsCheck;

namespace AgentOrchestration.Tests.Events;

/// <summary>Generated runs of publishing and reading, compared with what law 5 says a reader is due.</summary>
public sealed class EventLogModelTests
{
    private const int Agents = 3;
    private const int Capacity = 16;

    private static readonly string[] SomeKinds = ["agent:progress", "agent:started"];

    private enum StepKind
    {
        Progress,
        Started,
        End,
        Evicted,
        Subscribe,
        Read,
        Complete,
    }

    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Frequency(
            (30, Gen.Const(StepKind.Progress)),
            (10, Gen.Const(StepKind.Started)),
            (2, Gen.Const(StepKind.End)),
            (3, Gen.Const(StepKind.Evicted)),
            (6, Gen.Const(StepKind.Subscribe)),
            (40, Gen.Const(StepKind.Read))),
        Gen.Int[0, 1 << 20],
        Gen.Int[1, 40],
        static (kind, choice, count) => new Step(kind, choice, count));

    [Fact(DisplayName = "INV-24 INV-25 INV-26 INV-27: each reader gets every event that is due to it or is told the gap it fell into, and ends when it should")]
    public Task Readers_GetWhatIsDueToThem() => AnyStep.Array[1, 120].SampleAsync(Run, iter: 2_000);

    private static async Task Run(Step[] steps)
    {
        var model = new Model();
        foreach (var step in steps)
        {
            await model.Do(step);
        }

        await model.Do(new Step(StepKind.Complete, 0, 0));
        await model.ReadAllToTheirEnd();
    }

    private readonly record struct Step(StepKind Kind, int Choice, int Count);

    private sealed class Model
    {
        private readonly LogHarness _harness = new(Capacity);
        private readonly TestTrace[] _agents;
        private readonly List<AgentEvent> _published = [];
        private readonly List<ModelReader> _readers = [];
        private bool _complete;

        public Model() => _agents = [.. Enumerable.Range(1, Agents).Select(i => _harness.Agent((ulong)i, run: (ulong)(i % 2)))];

        public async Task Do(Step step)
        {
            var agent = _agents[step.Choice % Agents];
            switch (step.Kind)
            {
                case StepKind.Progress:
                    for (var i = 0; i < step.Count; i++)
                    {
                        Publish(new AgentProgressed(0, LogHarness.Start, "", 0) { Origin = agent.Origin }, agent);
                    }

                    break;
                case StepKind.Started:
                    Publish(new AgentStarted(0, LogHarness.Start, 1) { Origin = agent.Origin }, agent);
                    break;
                case StepKind.End:
                    Publish(LogHarness.Terminal(agent), agent);
                    break;
                case StepKind.Evicted:
                    Publish(new AgentsEvicted(0, LogHarness.Start, []), null);
                    break;
                case StepKind.Subscribe:
                    var filter = Filter(step);
                    _readers.Add(new ModelReader(_harness.Subscribe(filter), filter, filter.After ?? _published.Count, _published, _agents));
                    break;
                case StepKind.Read when _readers.Count > 0:
                    await _readers[step.Choice % _readers.Count].Read(step.Count, _complete);
                    break;
                case StepKind.Complete:
                    _complete = true;
                    _harness.Log.Complete();
                    break;
            }
        }

        public async Task ReadAllToTheirEnd()
        {
            foreach (var reader in _readers)
            {
                await reader.Read(int.MaxValue, _complete);
                Assert.True(reader.Ended);
            }

            Assert.Equal(_readers.Sum(reader => reader.MissedEvents), _harness.Log.Missed);
        }

        private void Publish(AgentEvent e, TestTrace? agent)
        {
            var stands = agent?.Terminal is null;
            Assert.Equal(stands, _harness.Log.Append(e, agent));
            if (stands)
            {
                _published.Add(e);
                Assert.Equal(_published.Count, e.Sequence);
            }
        }

        private EventFilter Filter(Step step) => new()
        {
            Agents = (step.Choice % 4) switch { 0 => null, 1 => [_agents[0].Id], 2 => [_agents[1].Id, _agents[2].Id], _ => [_agents[2].Id, new AgentId(1, 99)] },
            Run = step.Choice / 4 % 4 == 1 ? LogHarness.Run(1) : null,
            Kinds = step.Choice / 16 % 3 == 1 ? SomeKinds : null,
            After = step.Choice / 48 % 2 == 1 ? _published.Count * (step.Count - 1) / 40 : null,
        };
    }

    private sealed class ModelReader(IAsyncEnumerable<AgentEvent> events, EventFilter filter, long position, List<AgentEvent> published, TestTrace[] agents)
    {
        private readonly IAsyncEnumerator<AgentEvent> _reader = events.GetAsyncEnumerator();
        private readonly Queue<AgentEvent> _rescued = [];
        private Task<bool>? _asleep;
        private long _position = position;

        public bool Ended { get; private set; }

        public long MissedEvents { get; private set; }

        public async Task Read(int count, bool complete)
        {
            for (var i = 0; i < count && !Ended; i++)
            {
                var moved = _asleep ?? _reader.MoveNextAsync().AsTask();
                _asleep = null;
                if (!moved.IsCompleted && !MustMove(complete))
                {
                    _asleep = moved;
                    return;
                }

                if (await LogHarness.Soon(new ValueTask<bool>(moved)))
                {
                    Check(_reader.Current);
                }
                else
                {
                    Ended = true;
                    Assert.Empty(_rescued);
                    Assert.Null(NextDue());
                    Assert.True(complete || HaveItsAgentsEnded());
                }
            }
        }

        private bool MustMove(bool complete) => complete || _rescued.Count > 0 || NextDue() is not null || HaveItsAgentsEnded();

        private void Check(AgentEvent e)
        {
            if (e is EventsMissed missed)
            {
                // A gap starts at the reader's place, or later if what it skips was not due; it holds only what is gone from the ring.
                Assert.InRange(missed.FirstMissed, _position + 1, NextDue()?.Sequence ?? long.MaxValue);
                Assert.InRange(missed.LastMissed, missed.FirstMissed, published.Count - Capacity);
                Assert.Equal(missed.LastMissed, missed.Sequence);
                MissedEvents += missed.LastMissed - missed.FirstMissed + 1;
                _position = missed.LastMissed;
                var gap = published[((int)missed.FirstMissed - 1)..(int)missed.LastMissed];
                gap.Where(lost => filter.Agents is not null && lost.IsTerminal && IsDue(lost)).ToList().ForEach(_rescued.Enqueue);
            }
            else if (_rescued.TryDequeue(out var terminal))
            {
                Assert.Same(terminal, e);
            }
            else
            {
                Assert.Same(NextDue(), e);
                _position = e.Sequence;
            }
        }

        private bool HaveItsAgentsEnded() =>
            filter.Agents is not null && agents.Where(agent => filter.Agents.Contains(agent.Id)).All(agent => agent.Terminal is not null);

        private AgentEvent? NextDue() => published.Skip((int)_position).FirstOrDefault(IsDue);

        private bool IsDue(AgentEvent e) =>
            (filter.Agents is null || (e.AgentId is { } id && filter.Agents.Contains(id)))
            && (filter.Run is null || filter.Run == e.RunId)
            && (filter.Kinds is null || filter.Kinds.Contains(e.EventKind, StringComparer.Ordinal));
    }
}
