using System.Globalization;
using System.Text;
using AgentOrchestration.Internal;

namespace AgentOrchestration;

/// <summary>Who held and who waited for what at one moment, as far as one moment can be seen without stopping those who hold what nobody waits for.</summary>
/// <param name="Holds">The holds, by resource.</param>
/// <param name="Waits">The waits for resources, in the order they began.</param>
/// <param name="Dependencies">The waits of agents for agents, which are edges of the same wait-for graph, in the order they began.</param>
public sealed record ResourceSnapshot(IReadOnlyList<ResourceHold> Holds, IReadOnlyList<ResourceWait> Waits, IReadOnlyList<AgentDependency> Dependencies)
{
    /// <summary>The graph as Mermaid text: an arrow from each resource to its holder, and from each who waits to the resource or the agent that it waits for.</summary>
    public string ToMermaid()
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = new StringBuilder("flowchart LR\n");
        foreach (var hold in Holds)
            Append(text, Resource(hold.Key), hold.Mode == ResourceMode.Shared ? "held shared by" : "held by", Party(hold.Holder, hold.HolderId));
        foreach (var wait in Waits)
        {
            foreach (var request in wait.Requests)
                Append(text, Party(wait.Name, wait.AgentId), request.Mode == ResourceMode.Shared ? "waits to share" : "waits for", Resource(request.Key));
        }

        foreach (var edge in Dependencies)
            Append(text, Party(edge.Name, edge.AgentId), $"waits for {edge.WaitsFor}", Party(edge.On, edge.OnId));

        return text.ToString();

        string Resource(ResourceKey key) => $"{Id("r:" + key)}[\"{MermaidText.Escape(key.ToString())}\"]";

        string Party(string name, AgentId? id) => $"{Id($"p:{id}:{name}")}((\"{MermaidText.Escape(name)}\"))";

        string Id(string of)
        {
            if (!ids.TryGetValue(of, out var id))
                ids.Add(of, id = string.Create(CultureInfo.InvariantCulture, $"n{ids.Count}"));
            return id;
        }
    }

    private static void Append(StringBuilder text, string from, string relation, string to) =>
        text.Append(CultureInfo.InvariantCulture, $"    {from} -->|{relation}| {to}\n");
}

/// <summary>One hold of a resource.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Mode">How it is held.</param>
/// <param name="Holder">The name of its holder.</param>
/// <param name="HolderId">The holder's agent; null for the host.</param>
/// <param name="FencingToken">The number of the hold.</param>
/// <param name="Since">Since when.</param>
public sealed record ResourceHold(ResourceKey Key, ResourceMode Mode, string Holder, AgentId? HolderId, long FencingToken, DateTimeOffset Since);

/// <summary>One wait for a resource or a set.</summary>
/// <param name="Name">Who waits.</param>
/// <param name="AgentId">Its agent; null for the host.</param>
/// <param name="Requests">What it waits for.</param>
/// <param name="Blocker">Who is in the way: one who holds it, or waits ahead.</param>
/// <param name="Since">Since when it waits.</param>
public sealed record ResourceWait(string Name, AgentId? AgentId, IReadOnlyList<ResourceRequest> Requests, ResourceConflict Blocker, DateTimeOffset Since);

/// <summary>One agent that waits for another one.</summary>
/// <param name="Name">Who waits.</param>
/// <param name="AgentId">Its id.</param>
/// <param name="WaitsFor">For what: <c>its child</c>, <c>an agent of run 'name'</c>, or <c>a place in group 'name'</c>.</param>
/// <param name="On">The child, an agent of the run, or one who holds such a place.</param>
/// <param name="OnId">Its id.</param>
public sealed record AgentDependency(string Name, AgentId? AgentId, string WaitsFor, string On, AgentId? OnId);
