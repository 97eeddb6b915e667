namespace AgentOrchestration;

/// <summary>What came of a call of a tool. <see cref="ToString"/> prints no content.</summary>
/// <param name="Outcome">Succeeded, Refused or Unknown: what it threw is thrown on.</param>
/// <param name="Text">What it returned, cut and marked if it was too long; or why it was refused; or that its outcome is not known.</param>
/// <param name="IsCut">Whether the text was cut.</param>
public sealed record ToolCallResult(ToolCallOutcome Outcome, string Text, bool IsCut)
{
    /// <summary>The outcome, no content.</summary>
    public override string ToString() => $"{nameof(ToolCallResult)} {{ {Outcome} }}";
}
