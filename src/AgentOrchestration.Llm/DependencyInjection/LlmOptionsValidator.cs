using Microsoft.Extensions.Options;

namespace AgentOrchestration.Llm.DependencyInjection;

/// <summary>Checks the options of every orchestrator when the host starts.</summary>
internal sealed class LlmOptionsValidator : IValidateOptions<LlmOptions>
{
    public ValidateOptionsResult Validate(string? name, LlmOptions options) => LlmOptionsChecks.Validate(name, options);
}
