using Microsoft.Extensions.Options;

namespace AgentOrchestration.DependencyInjection;

/// <summary>Checks one orchestrator's options when the host starts.</summary>
internal sealed class OptionsValidator(string optionsName) : IValidateOptions<AgentOrchestrationOptions>
{
    public ValidateOptionsResult Validate(string? name, AgentOrchestrationOptions options) =>
        string.Equals(name ?? Options.DefaultName, optionsName, StringComparison.Ordinal) ? OptionsChecks.Validate(name, options) : ValidateOptionsResult.Skip;
}
