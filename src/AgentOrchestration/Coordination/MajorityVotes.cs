namespace AgentOrchestration.Coordination;

/// <summary>The votes of a majority as they come in. Counting belongs to the scheduler's gate; finding an answer is the host's code and does not.</summary>
internal sealed class MajorityVotes(CandidateJudge.MajorityVote judge)
{
    private readonly Dictionary<int, string?> _answers = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>What the result counts as; null, a void vote, if the host's code cannot say.</summary>
    public string? AnswerOf(AgentResult result) => Find(judge, result).Answer;

    public static (string? Answer, string? Fault) Find(CandidateJudge.MajorityVote judge, AgentResult result)
    {
        try
        {
            return judge.Normalize is { } normalize
                ? (normalize(result.Output!) ?? throw new InvalidOperationException("the normaliser returned null"), null)
                : (result.Output!.Text.Trim().ToUpperInvariant(), null);
        }
        catch (Exception exception)
        {
            // The host's code, at work for this vote: it is void, and the comparison says why.
            return (null, $"its answer could not be normalised: {exception.Message}");
        }
    }

    public void CastLocked(int index, string? answer)
    {
        _answers.Add(index, answer);
        if (answer is not null)
        {
            _counts[answer] = _counts.GetValueOrDefault(answer) + 1;
        }
    }

    /// <summary>Whether the leading answer stays ahead whatever is still to come.</summary>
    /// <param name="succeeded">Goals that have succeeded, those whose votes are still to be cast included.</param>
    /// <param name="open">Goals that are not over.</param>
    public bool IsDecidedLocked(int succeeded, int open)
    {
        var (first, second) = (0, 0);
        foreach (var count in _counts.Values)
        {
            (first, second) = count > first ? (count, first) : (first, Math.Max(second, count));
        }

        return first > second + open + succeeded - _answers.Count;
    }
}
