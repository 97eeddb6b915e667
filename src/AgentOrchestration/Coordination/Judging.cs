namespace AgentOrchestration.Coordination;

/// <summary>The judges that need nobody's help.</summary>
internal static class Judging
{
    public static JudgeVerdict First(RunRecord record) => new(Enumerable.Range(0, record.Candidates.Count).First(i => record.Candidates[i] == record.FirstSuccess));

    public static JudgeVerdict Score(CandidateJudge.Scored judge, IReadOnlyList<AgentResult> candidates)
    {
        var scores = new CandidateScore[candidates.Count];
        int? best = null;
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = ScoreOf(judge, candidates[i]);
            if (scores[i].Score is { } score && (best is null || score > scores[best.Value].Score))
            {
                best = i;
            }
        }

        return new JudgeVerdict(best) { Scores = scores };
    }

    public static JudgeVerdict Majority(CandidateJudge.MajorityVote judge, IReadOnlyList<AgentResult> candidates)
    {
        var answers = candidates.Select(candidate => MajorityVotes.Find(judge, candidate)).ToArray();
        var votes = answers.Where(static answer => answer.Answer is not null).CountBy(static answer => answer.Answer!, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        int? best = null;
        var scores = new CandidateScore[answers.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            var (answer, fault) = answers[i];
            scores[i] = answer is null ? new CandidateScore(Score: null, fault) : new CandidateScore(votes[answer], Reason: null);
            if (scores[i].Score is { } count && (best is null || count > scores[best.Value].Score))
            {
                best = i;
            }
        }

        return new JudgeVerdict(best) { Scores = scores };
    }

    public static void ThrowIfInvalid(JudgeVerdict? verdict, int candidates)
    {
        if (verdict is null)
        {
            throw new InvalidOperationException("The judge returned null; return a JudgeVerdict, with Chosen null if no candidate is good enough.");
        }

        if (verdict.Chosen < 0 || verdict.Chosen >= candidates)
        {
            throw new InvalidOperationException($"The judge chose candidate {verdict.Chosen} and there are {candidates}, numbered from 0.");
        }

        if (verdict.Scores.Count != 0 && verdict.Scores.Count != candidates)
        {
            throw new InvalidOperationException($"The judge gave {verdict.Scores.Count} scores to {candidates} candidates; give one to each, or none.");
        }
    }

    private static CandidateScore ScoreOf(CandidateJudge.Scored judge, AgentResult candidate)
    {
        try
        {
            var score = judge.ScoreOf(candidate);
            return double.IsNaN(score) ? new CandidateScore(Score: null, "its score is not a number") : new CandidateScore(score, Reason: null);
        }
        catch (Exception exception)
        {
            // The host's code, at work for this candidate: it is out, and the others are still to be judged.
            return new CandidateScore(Score: null, $"scoring it threw: {exception.Message}");
        }
    }
}
