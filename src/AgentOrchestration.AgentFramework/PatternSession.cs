using System.Text.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework;

/// <summary>A conversation with an orchestrator: the messages so far.</summary>
internal sealed class PatternSession : AgentSession
{
    public PatternSession()
    {
    }

    public PatternSession(JsonElement state)
        : base(AgentSessionStateBag.Deserialize(state))
    {
    }

    public IReadOnlyList<ChatMessage> Messages => this.TryGetInMemoryChatHistory(out var messages) ? messages : [];

    public void Add(IEnumerable<ChatMessage> messages) => this.SetInMemoryChatHistory([.. Messages, .. messages]);
}
