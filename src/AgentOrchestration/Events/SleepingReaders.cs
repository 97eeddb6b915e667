using System.Runtime.InteropServices;

namespace AgentOrchestration.Events;

/// <summary>The readers that wait for an event, and those that are to be woken. Belongs to the log's gate; each step costs the same for any number of readers.</summary>
/// <remarks>
/// Readers are linked in circles through themselves. Waking a circle joins it to that of the woken and notes the number that woke it on its first reader only;
/// a reader that leaves hands the note on to the next one.
/// </remarks>
internal sealed class SleepingReaders
{
    // A reader that can only be given events of one agent sleeps under it, so that a thousand watched agents do not wake a thousand readers for each event.
    private readonly Dictionary<AgentTrace, EventReader> _forOneAgent = [];
    private EventReader? _forAny;
    private EventReader? _woken;

    /// <summary>Whether nobody sleeps.</summary>
    public bool IsEmpty => _forAny is null && _forOneAgent.Count == 0;

    /// <summary>Puts a reader to sleep until an event comes, or an event of this agent.</summary>
    public void Add(EventReader reader, AgentTrace? agent)
    {
        reader.SleepsFor = agent;
        reader.WokenBy = 0;
        reader.Previous = reader;
        reader.Next = reader;
        if (agent is null)
        {
            _forAny = Join(_forAny, reader);
        }
        else
        {
            ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_forOneAgent, agent, out _);
            first = Join(first, reader);
        }
    }

    /// <summary>Turns to the readers that sleep for an event of this agent or for any event.</summary>
    /// <returns>Whether there are readers to wake.</returns>
    public bool Wake(long sequence, AgentTrace? agent)
    {
        if (_forAny is { } readers)
        {
            _forAny = null;
            Wake(sequence, readers);
        }

        if (agent is not null && _forOneAgent.Count > 0 && _forOneAgent.Remove(agent, out var watchers))
        {
            Wake(sequence, watchers);
        }

        return _woken is not null;
    }

    /// <inheritdoc cref="Wake(long, AgentTrace?)"/>
    public bool WakeAll(long sequence)
    {
        foreach (var watchers in _forOneAgent.Values)
        {
            Wake(sequence, watchers);
        }

        _forOneAgent.Clear();
        return Wake(sequence, agent: null);
    }

    /// <summary>Takes one reader that is to be woken.</summary>
    public EventReader? TakeWoken()
    {
        var reader = _woken;
        if (reader is not null)
        {
            Remove(reader);
        }

        return reader;
    }

    /// <summary>Takes a reader out, wherever it is.</summary>
    /// <returns>Whether it was asleep: then it belongs to the caller.</returns>
    public bool Remove(EventReader reader)
    {
        if (reader.Next is not { } next)
        {
            return false;
        }

        reader.Previous!.Next = next;
        next.Previous = reader.Previous;
        reader.Previous = null;
        reader.Next = null;
        if (next.WokenBy == 0)
        {
            next.WokenBy = reader.WokenBy;
        }

        ReplaceFirst(reader, ReferenceEquals(next, reader) ? null : next);
        return true;
    }

    private void Wake(long sequence, EventReader readers)
    {
        readers.WokenBy = sequence;
        _woken = Join(_woken, readers);
    }

    private void ReplaceFirst(EventReader reader, EventReader? next)
    {
        if (ReferenceEquals(_woken, reader))
        {
            _woken = next;
        }
        else if (ReferenceEquals(_forAny, reader))
        {
            _forAny = next;
        }
        else if (reader.SleepsFor is { } agent && _forOneAgent.TryGetValue(agent, out var first) && ReferenceEquals(first, reader))
        {
            if (next is null)
            {
                _forOneAgent.Remove(agent);
            }
            else
            {
                _forOneAgent[agent] = next;
            }
        }
    }

    private static EventReader Join(EventReader? first, EventReader second)
    {
        if (first is null)
        {
            return second;
        }

        var firstLast = first.Previous!;
        var secondLast = second.Previous!;
        firstLast.Next = second;
        second.Previous = firstLast;
        secondLast.Next = first;
        first.Previous = secondLast;
        return first;
    }
}
