using Microsoft.Extensions.Options;

namespace AgentOrchestration.Llm.DependencyInjection;

/// <summary>The ranges that the attributes of a client's options state.</summary>
[OptionsValidator]
internal sealed partial class LlmClientRangeValidator : IValidateOptions<LlmClientOptions>;
