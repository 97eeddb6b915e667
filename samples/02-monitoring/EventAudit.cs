using AgentOrchestration;

namespace Monitoring;

/// <summary>Reads the stream beside the view and checks from it alone that everything went as promised.</summary>
internal sealed class EventAudit(int slots)
{
    private readonly Dictionary<AgentId, string> _names = [];
    private readonly Dictionary<AgentId, AgentResult> _ends = [];
    private readonly HashSet<AgentId> _running = [];
    private readonly HashSet<AgentWaitKind> _waits = [];
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];

    public int Agents => _names.Count;

    public long Events { get; private set; }

    public int MostRunning { get; private set; }

    public async Task ReadAsync(IAsyncEnumerable<AgentEvent> events)
    {
        await foreach (var e in events)
        {
            Events++;
            _kinds.Add(e.EventKind);
            Expect(e.Sequence == Events, $"event {e.Sequence} came as number {Events}");
            if (e.AgentId is { } id)
            {
                Follow(id, e);
            }
        }
    }

    public IReadOnlyList<string> Check(IReadOnlyList<Role> roles)
    {
        foreach (var role in roles)
        {
            var name = role.Goal.Name!;
            if (_ends.Values.SingleOrDefault(result => result.Goal.Name == name) is not { } end)
            {
                _faults.Add($"{name} has not ended");
                continue;
            }

            Expect(end.State == role.End, $"{name} ended {end.State}, not {role.End}");
            Expect(end.Attempts == role.Attempts, $"{name} took {end.Attempts} attempts, not {role.Attempts}");
            Expect(end.Error?.Code == role.ErrorCode, $"{name} has error {end.Error?.Code ?? "none"}, not {role.ErrorCode ?? "none"}");
            Expect(end.State != AgentState.Cancelled || end.Output is not null, $"{name} kept no partial output");
        }

        Expect(_names.Count == roles.Count + 2, $"{_names.Count} agents were spawned, not {roles.Count + 2}");
        Expect(_ends.Count == _names.Count, $"{_ends.Count} of {_names.Count} agents have a terminal event");
        Expect(_running.Count == 0, $"{_running.Count} agents still hold a slot");
        foreach (var kind in new[] { AgentWaitKind.Slot, AgentWaitKind.Resource, AgentWaitKind.Child, AgentWaitKind.Approval, AgentWaitKind.Message })
        {
            Expect(_waits.Contains(kind), $"no agent waited for {kind}");
        }

        foreach (var kind in new[] { "agent:paused", "agent:resumed", "agent:retrying" })
        {
            Expect(_kinds.Contains(kind), $"there was no {kind}");
        }

        return _faults;
    }

    private void Follow(AgentId id, AgentEvent e)
    {
        if (e is AgentSpawned spawned)
        {
            Expect(_names.TryAdd(id, spawned.Name), $"{id} was spawned twice");
        }

        Expect(!_ends.ContainsKey(id), $"{Name(id)}: {e.EventKind} after its terminal event");
        switch (e)
        {
            case AgentStarted or AgentContinued:
                _running.Add(id);
                MostRunning = Math.Max(MostRunning, _running.Count);
                Expect(_running.Count <= slots, $"{_running.Count} agents ran at once on {slots} slots at event {e.Sequence}");
                break;
            case AgentWaiting waiting:
                _running.Remove(id);
                _waits.Add(waiting.Wait.Kind);
                break;
            case AgentPaused or AgentRetrying:
                _running.Remove(id);
                break;
            case AgentQueued queued:
                _waits.Add(queued.Wait.Kind);
                break;
            case AgentCompleted { Result: var result }:
                End(id, result);
                break;
            case AgentFailed { Result: var result }:
                End(id, result);
                break;
            case AgentCancelled { Result: var result }:
                End(id, result);
                break;
        }
    }

    private void End(AgentId id, AgentResult result)
    {
        _running.Remove(id);
        _ends[id] = result;
    }

    private string Name(AgentId id) => _names.GetValueOrDefault(id, id.ToString());

    private void Expect(bool condition, string fault)
    {
        if (!condition)
        {
            _faults.Add(fault);
        }
    }
}
