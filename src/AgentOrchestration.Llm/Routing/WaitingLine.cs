using System.Diagnostics;
using System.Numerics;

namespace AgentOrchestration.Llm.Routing;

/// <summary>The calls that wait, each with the clients that suit it: by priority, then first come. Belongs to the pool: touch it with its gate held.</summary>
/// <remarks>Kept by the set of clients, of which few are in use, so that a place that becomes free need not look through calls that do not want it.</remarks>
internal sealed class WaitingLine
{
    private readonly Dictionary<ulong, SortedSet<WaitingCall>> _byCandidates = [];

    public int Count { get; private set; }

    public void Add(WaitingCall call)
    {
        Debug.Assert(BitOperations.PopCount(call.Candidates) > 0, "Nothing could end the wait.");
        if (!_byCandidates.TryGetValue(call.Candidates, out var calls))
        {
            _byCandidates.Add(call.Candidates, calls = new SortedSet<WaitingCall>(WaitingCall.ByTurn));
        }

        calls.Add(call);
        Count++;
    }

    public void Remove(WaitingCall call)
    {
        var calls = _byCandidates[call.Candidates];
        calls.Remove(call);
        Count--;
        if (calls.Count == 0)
        {
            _byCandidates.Remove(call.Candidates);
        }
    }

    /// <summary>The call whose turn it is among those that one of these clients suits; null if there is none.</summary>
    public WaitingCall? First(ulong clients)
    {
        WaitingCall? first = null;
        foreach (var (candidates, calls) in _byCandidates)
        {
            if ((candidates & clients) != 0 && (first is null || WaitingCall.ByTurn.Compare(calls.Min!, first) < 0))
            {
                first = calls.Min;
            }
        }

        return first;
    }

    /// <summary>The calls that this client suits, in turn; a copy.</summary>
    public WaitingCall[] For(ulong client) => [.. _byCandidates.Where(entry => (entry.Key & client) != 0).SelectMany(static entry => entry.Value).Order(WaitingCall.ByTurn)];
}
