using Microsoft.Extensions.Options;

namespace AgentOrchestration.Llm.DependencyInjection;

/// <summary>The ranges that the options' attributes state.</summary>
[OptionsValidator]
internal sealed partial class LlmRangeValidator : IValidateOptions<LlmOptions>;
