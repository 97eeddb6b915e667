namespace AgentOrchestration;

/// <summary>What a model's tokens cost, in the currency of the host's budgets.</summary>
/// <param name="InputPerMillionTokens">For a million tokens that the model reads; 0 or more.</param>
/// <param name="OutputPerMillionTokens">For a million tokens that the model writes; 0 or more.</param>
public sealed record ModelPrice(decimal InputPerMillionTokens, decimal OutputPerMillionTokens)
{
    /// <summary>What so many tokens cost.</summary>
    /// <param name="inputTokens">Tokens read.</param>
    /// <param name="outputTokens">Tokens written.</param>
    public decimal Of(long inputTokens, long outputTokens) => ((InputPerMillionTokens * inputTokens) + (OutputPerMillionTokens * outputTokens)) / 1_000_000m;
}
