using System.Diagnostics;

namespace AgentOrchestration.Scheduling;

/// <summary>A doubly linked list through the agents themselves: no allocation, removal in constant time. An agent is in at most one such list at a time.</summary>
internal sealed class IntrusiveList
{
    public AgentInstance? First { get; private set; }

    private AgentInstance? Last { get; set; }

    public void AddLast(AgentInstance agent)
    {
        Debug.Assert(agent.List is null, "The agent is in another list.");
        agent.List = this;
        agent.Previous = Last;
        if (Last is null)
        {
            First = agent;
        }
        else
        {
            Last.Next = agent;
        }

        Last = agent;
    }

    public void Remove(AgentInstance agent)
    {
        Debug.Assert(agent.List == this, "The agent is not in this list.");
        if (agent.Previous is null)
        {
            First = agent.Next;
        }
        else
        {
            agent.Previous.Next = agent.Next;
        }

        if (agent.Next is null)
        {
            Last = agent.Previous;
        }
        else
        {
            agent.Next.Previous = agent.Previous;
        }

        agent.List = null;
        agent.Previous = null;
        agent.Next = null;
    }
}
