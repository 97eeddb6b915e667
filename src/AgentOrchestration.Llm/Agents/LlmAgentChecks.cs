using Microsoft.Extensions.Options;

namespace AgentOrchestration.Llm.Agents;

[OptionsValidator]
internal sealed partial class LlmAgentRanges : IValidateOptions<LlmAgentOptions>;

internal static class LlmAgentChecks
{
    public static void ThrowIfInvalid(LlmAgentOptions options)
    {
        if (new LlmAgentRanges().Validate(name: null, options) is { Failed: true } result)
        {
            throw new ArgumentException(result.FailureMessage, nameof(options));
        }

        if (options.Tools.Any(static tool => tool is null))
        {
            throw new ArgumentException("A tool of the agent is null.", nameof(options));
        }
    }
}
