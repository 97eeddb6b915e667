using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>What the model has been told and has said, as it is sent with the next call: kept within the window. Belongs to the agent's body.</summary>
internal sealed class Conversation(IReadOnlyList<ChatMessage> head, int maxTokens, IChatReducer reducer)
{
    // The tool loop grows a list of its own with each iteration; what of it is known here already.
    private int _taken;
    private List<ChatMessage> _turns = [];

    public IReadOnlyList<ChatMessage> Messages => [.. head, .. _turns];

    public void Add(ChatMessage message) => _turns.Add(message);

    /// <summary>A new request to the tool loop begins, with a list of its own.</summary>
    public void BeginRequest() => _taken = 0;

    /// <summary>Takes over what the tool loop has added to its list.</summary>
    public void TakeFrom(IEnumerable<ChatMessage> loop)
    {
        foreach (var message in loop.Skip(_taken))
        {
            _turns.Add(message);
            _taken++;
        }
    }

    /// <summary>Shortens it if it has grown too long.</summary>
    /// <exception cref="AgentFailureException">It is too long however much is left out.</exception>
    public async ValueTask FitAsync(long otherTokens, CancellationToken cancellationToken)
    {
        var room = maxTokens - TokenEstimate.Of(head) - otherTokens;
        if (TokenEstimate.Of(_turns) > room)
        {
            _turns = [.. await reducer.ReduceAsync(_turns, cancellationToken).ConfigureAwait(false)];
            if (TokenEstimate.Of(_turns) > room)
            {
                // The host's reducer goes by other measures, or one message alone is too long.
                _turns = OldestTurnsReducer.Reduce(_turns, room);
            }
        }

        if (TokenEstimate.Of(_turns) > room)
        {
            throw new AgentFailureException("context_too_long", $"The instructions, the goal and the last turn are longer than MaxContextTokens, {maxTokens}: raise it, or make them shorter.");
        }
    }
}
