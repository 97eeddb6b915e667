using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>Lets a model judge one success criterion. An answer that cannot be read, asked for twice, counts as no: what is not shown to be met is not met.</summary>
internal sealed class CriterionJudge(ModelCalls calls)
{
    private const int MaxOutputTokens = 500;
    private const int MaxReasonCharacters = 2_000;
    private const int MaxResultCharacters = 50_000;

    public async Task<CriterionResult> JudgeAsync(AgentGoal goal, string criterion, AgentOutput output, CancellationToken cancellationToken)
    {
        var data = output.Data is { } json ? $"\n{json.GetRawText()}" : "";
        var question = $"Goal: {goal.Description}\n\nCriterion: {criterion}\n\n<result>\n{JsonAnswer.Cut(output.Text + data, MaxResultCharacters)}\n</result>";
        var result = await JsonAnswer.AskAsync(
            calls,
            LlmPurpose.Judge,
            [new ChatMessage(ChatRole.System, Prompts.Judge), new ChatMessage(ChatRole.User, question)],
            MaxOutputTokens,
            answer => Read(criterion, answer),
            cancellationToken).ConfigureAwait(false);
        return result ?? new CriterionResult(criterion, CriterionVerdict.NotMet, "The judge gave no answer of yes or no.");
    }

    private static CriterionResult? Read(string criterion, JsonElement answer)
    {
        if (!answer.TryGetProperty("answer", out var given))
        {
            return null;
        }

        var verdict = given.ValueKind switch
        {
            JsonValueKind.True => CriterionVerdict.Met,
            JsonValueKind.False => CriterionVerdict.NotMet,
            JsonValueKind.String when string.Equals(given.GetString()!.Trim(), "yes", StringComparison.OrdinalIgnoreCase) => CriterionVerdict.Met,
            JsonValueKind.String when string.Equals(given.GetString()!.Trim(), "no", StringComparison.OrdinalIgnoreCase) => CriterionVerdict.NotMet,
            _ => CriterionVerdict.Unchecked,
        };
        var reason = answer.TryGetProperty("reason", out var why) && why.ValueKind == JsonValueKind.String ? JsonAnswer.Cut(why.GetString()!, MaxReasonCharacters) : null;
        return verdict == CriterionVerdict.Unchecked ? null : new CriterionResult(criterion, verdict, reason);
    }
}
