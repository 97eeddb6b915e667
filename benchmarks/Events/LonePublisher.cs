using System.Runtime.CompilerServices;
using AgentOrchestration.Events;

namespace AgentOrchestration.Benchmarks.Events;

/// <summary>Publishing while nobody reads, and the least that could cost: the event, and a gate entered and left.</summary>
internal sealed class LonePublisher
{
    private readonly EventLog _log = new(16_384, TimeProvider.System);
    private readonly OneAgent _agent = new();
    private readonly Lock _gate = new();
    private AgentEvent? _last;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool Publish() => _log.Append(_agent.Progress(), _agent);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void MakeEventAndEnterGate()
    {
        var e = _agent.Progress();
        lock (_gate)
        {
            _last = e;
        }
    }
}
