using System.Collections;

namespace AgentOrchestration.Coordination;

/// <summary>The results of the first goals of a chain: a window on what all goals of the chain share. They are over and change no more.</summary>
internal sealed class ResultPrefix(PlanNode[] nodes, int count) : IReadOnlyList<AgentResult>
{
    public int Count => count;

    public AgentResult this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
            return nodes[index].Result!;
        }
    }

    public IEnumerator<AgentResult> GetEnumerator()
    {
        for (var i = 0; i < count; i++)
        {
            yield return nodes[i].Result!;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
