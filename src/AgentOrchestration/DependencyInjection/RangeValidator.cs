using Microsoft.Extensions.Options;

namespace AgentOrchestration.DependencyInjection;

/// <summary>The ranges that the options' attributes state.</summary>
[OptionsValidator]
internal sealed partial class RangeValidator : IValidateOptions<AgentOrchestrationOptions>;
