namespace AgentOrchestration.Llm.Workspace;

/// <summary>Which version of which file each agent has seen last. Bounded: what was seen longest ago is forgotten, and must be read again before it is written. Thread-safe.</summary>
internal sealed class SeenFiles(int capacity = 10_000)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(AgentId Agent, ResourceKey File), LinkedListNode<Sight>> _sights = [];

    // Longest ago first.
    private readonly LinkedList<Sight> _order = new();

    /// <summary>What an agent has seen; <see cref="FileVersion.Absent"/> if that is nothing.</summary>
    public FileVersion Of(AgentId agent, ResourceKey file)
    {
        lock (_gate)
            return _sights.TryGetValue((agent, file), out var node) ? node.Value.Version : FileVersion.Absent;
    }

    /// <param name="agent">Who has seen it.</param>
    /// <param name="file">Which file.</param>
    /// <param name="version">What was there; <see cref="FileVersion.Absent"/> for nothing.</param>
    public void Saw(AgentId agent, ResourceKey file, FileVersion version)
    {
        lock (_gate)
        {
            if (_sights.Remove((agent, file), out var old))
                _order.Remove(old);
            if (!version.Exists)
                return;

            _sights.Add((agent, file), _order.AddLast(new Sight(agent, file, version)));
            if (_order.Count > capacity)
            {
                var (oldAgent, oldFile, _) = _order.First!.Value;
                _sights.Remove((oldAgent, oldFile));
                _order.RemoveFirst();
            }
        }
    }

    private readonly record struct Sight(AgentId Agent, ResourceKey File, FileVersion Version);
}
