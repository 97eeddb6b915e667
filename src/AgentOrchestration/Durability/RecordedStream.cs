using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Events;

namespace AgentOrchestration.Durability;

/// <summary>What is recorded in one stream, as the sum of its records. Records that are damaged, or that this version does not know, are left out and named.</summary>
internal sealed class RecordedStream(string id)
{
    private readonly Dictionary<string, RecordedAgent> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RecordedRun> _runs = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    public string Id => id;

    /// <summary>The agent that the stream is about; null if it is about a run, or its first record cannot be read.</summary>
    public RecordedAgent? Agent { get; private set; }

    /// <summary>The run that the stream is about.</summary>
    public RecordedRun? Run { get; private set; }

    public IReadOnlyCollection<RecordedAgent> Agents => _agents.Values;

    /// <summary>What could not be read, for people.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Whether something could not be read without which nothing of it can go on.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Everything has been added: what children used counts for those above them.</summary>
    public void Complete()
    {
        foreach (var agent in _agents.Values.Reverse())
        {
            if (agent.ParentId is { } parent && _agents.TryGetValue(parent.ToString(), out var above))
            {
                above.UsageBelow += agent.Usage + agent.UsageBelow;
            }
        }
    }

    public void Add(StoredRecord stored, IRecordProtector? protector)
    {
        var record = stored.Record;
        try
        {
            if (stored.Damage is { } damage)
            {
                throw new JsonException(damage);
            }

            var data = protector is not null && record.Data.Length > 0 ? protector.Unprotect(record) : record.Data;
            Apply(record, data);
        }
        catch (Exception exception)
        {
            // Whatever is wrong with one record, or with the host's protector, must neither be lost nor keep the others from being read.
            _problems.Add($"record {stored.Position} of {id} ({record.Kind}) cannot be read: {stored.Damage ?? (exception is JsonException ? "it is damaged or of another version" : exception.GetType().Name)}");
            IsBroken |= record.Kind is AgentSpawned.Kind or RunStarted.Kind or RecordKinds.Goals;
        }
    }

    private void Apply(StoreRecord record, ReadOnlyMemory<byte> data)
    {
        switch (record.Kind)
        {
            case RecordKinds.Returned:
                AgentOf(record)?.ApplyReturned();
                break;
            case RecordKinds.Read when record.Key is { } key:
                AgentOf(record)?.ApplyRead(key);
                break;
            case RecordKinds.Checkpoint:
                using (JsonDocument.Parse(data))
                {
                    AgentOf(record)?.Apply(record.Key, data.ToArray());
                }

                break;
            case RecordKinds.Step when record.Key is { } key:
                AgentOf(record)?.Apply(key, Read(data, RecordJson.Default.RecordedStep));
                break;
            case RecordKinds.ToolError when record.Key is { } key:
                AgentOf(record)?.Apply(key, Read(data, RecordJson.Default.RecordedToolError));
                break;
            case RecordKinds.Ending:
                AgentOf(record)?.Apply(Read(data, RecordJson.Default.RecordedEnding));
                break;
            case RecordKinds.Plan:
                if (RunOf(record) is { } planned)
                {
                    planned.Plan = data.IsEmpty ? null : data.ToArray();
                }

                break;
            case RecordKinds.Goals:
                RunOf(record)?.Added.Add(data.ToArray());
                if (record.Key is { } adder && StepKey.SplitOwner(adder) is var (owner, step) && _agents.TryGetValue(owner, out var by))
                {
                    by.ApplyAddedGoals(step);
                }

                break;
            case RecordKinds.Output:
                if (RunOf(record) is { } ended)
                {
                    ended.Output = Read(data, AgentEventJson.Info<OutputJson>()).ToOutput();
                }

                break;
            default:
                Apply(record, Read(data, AgentEventJson.TypeInfo));
                break;
        }
    }

    private void Apply(StoreRecord record, AgentEvent change)
    {
        switch (change)
        {
            case AgentSpawned spawned:
                Add(new RecordedAgent(spawned, record.Key));
                break;
            case RunStarted started:
                Add(new RecordedRun(started, record.Key));
                break;
            case ModelCallEnded { AgentId: null } asked when RunOf(record) is { } run:
                run.Usage += asked.Usage with { ModelCalls = 1, CallTime = asked.Duration };
                break;
            case RunStopping stopping when RunOf(record) is { } run:
                run.Stopping = stopping;
                run.StopKind = record.Key;
                break;
            case RunCompleted completed when RunOf(record) is { } run:
                run.Completed = completed;
                break;
            case RunConditionJudged or RunGoalSkipped:
                RunOf(record)?.Facts.Add(change);
                break;
            default:
                if (AgentOf(record) is { } agent)
                {
                    agent.Apply(change, record.Key);
                    if (change.IsTerminal && agent.Run is { } id && _runs.TryGetValue(id.ToString(), out var its))
                    {
                        its.Facts.Add(change);
                    }
                }

                break;
        }
    }

    private void Add(RecordedAgent agent)
    {
        _agents[agent.Id.ToString()] = agent;
        if (agent.Key is { } goal && StepKey.IsGoal(goal) && agent.Run is { } run && _runs.TryGetValue(run.ToString(), out var its))
        {
            its.Agents.Add(agent);
        }
        else if (agent.ParentId is { } parent && agent.Key is { } key && _agents.TryGetValue(parent.ToString(), out var above))
        {
            above.Children[key] = agent;
        }
        else
        {
            Agent ??= agent;
        }
    }

    private void Add(RecordedRun run)
    {
        _runs[run.Id.ToString()] = run;
        if (run.Key is { } key && StepKey.SplitOwner(key) is var (owner, step) && _agents.TryGetValue(owner, out var above))
        {
            above.Runs[step] = run;
        }
        else
        {
            Run ??= run;
        }
    }

    private RecordedAgent? AgentOf(StoreRecord record) => record.Subject is { } subject ? _agents.GetValueOrDefault(subject) : null;

    private RecordedRun? RunOf(StoreRecord record) => record.Subject is { } subject ? _runs.GetValueOrDefault(subject) : null;

    private static T Read<T>(ReadOnlyMemory<byte> data, JsonTypeInfo<T> typeInfo) =>
        JsonSerializer.Deserialize(data.Span, typeInfo) ?? throw new JsonException("The record holds null.");
}
