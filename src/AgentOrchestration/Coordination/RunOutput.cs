namespace AgentOrchestration.Coordination;

/// <summary>What became of the results of a run together.</summary>
/// <param name="Output">The one output; null if there is none.</param>
/// <param name="Error">Why there is none although there should be.</param>
/// <param name="Verdict">The judge's, if one was asked; its places are those among the goals that succeeded.</param>
internal sealed record RunOutput(AgentOutput? Output, AgentError? Error = null, JudgeVerdict? Verdict = null)
{
    public static RunOutput None { get; } = new(Output: null);
}
