using System.Globalization;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>Leaves out the oldest turns until the rest is small enough, and says so. A call of a tool and its result stay or go together, since models refuse one without the other.</summary>
internal sealed class OldestTurnsReducer(int maxTokens) : IChatReducer
{
    public Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken) =>
        Task.FromResult<IEnumerable<ChatMessage>>(Reduce([.. messages], maxTokens));

    public static List<ChatMessage> Reduce(List<ChatMessage> messages, long maxTokens)
    {
        if (TokenEstimate.Of(messages) <= maxTokens)
        {
            return messages;
        }

        // Half of the room, so that it need not be done again with each turn.
        var keep = maxTokens / 2;
        var first = messages.Count;
        var tokens = 0L;
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            tokens += TokenEstimate.Of(messages[i]);
            if (tokens > keep && first < messages.Count)
            {
                break;
            }

            // Not in between a call and its results.
            if (messages[i].Role != ChatRole.Tool)
            {
                first = i;
            }
        }

        return first == 0
            ? messages
            : [new ChatMessage(ChatRole.User, string.Create(CultureInfo.InvariantCulture, $"[{first} earlier messages were left out to save room]")), .. messages[first..]];
    }
}
