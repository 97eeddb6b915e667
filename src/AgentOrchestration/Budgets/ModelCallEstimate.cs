namespace AgentOrchestration;

/// <summary>What is known of a call of a model before it is made.</summary>
/// <param name="InputTokens">Tokens that the model is going to read, estimated; 0 or more.</param>
/// <param name="MaxOutputTokens">Tokens that it may write; 1 or more. Null: as many as the budget has left.</param>
/// <param name="Price">What they cost; null if that is not known.</param>
public readonly record struct ModelCallEstimate(long InputTokens, long? MaxOutputTokens = null, ModelPrice? Price = null);
