using AgentOrchestration.Llm.Routing;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Llm.DependencyInjection;

/// <summary>All that is checked of the options, with a container and without.</summary>
internal static class LlmOptionsChecks
{
    public static ValidateOptionsResult Validate(string? name, LlmOptions options)
    {
        var faults = new List<string>();
        Add(new LlmRangeValidator().Validate(name, options), prefix: "");
        foreach (var client in options.Clients)
        {
            var prefix = $"Client '{client.Name}': ";
            Add(new LlmClientRangeValidator().Validate(name, client.Options), prefix);
            faults.AddRange(FaultsOf(client.Options).Select(fault => prefix + fault));
        }

        if (options.Clients.Count > ClientPool.MaxClients)
        {
            faults.Add($"{options.Clients.Count} clients are added; a router takes at most {ClientPool.MaxClients}.");
        }

        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;

        void Add(ValidateOptionsResult ranges, string prefix)
        {
            if (ranges.Failed)
            {
                faults.AddRange(ranges.Failures!.Select(fault => prefix + fault));
            }
        }
    }

    public static void ThrowIfInvalid(LlmOptions options)
    {
        if (Validate(Options.DefaultName, options) is { Failed: true, Failures: var failures })
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(LlmOptions), failures);
        }
    }

    private static IEnumerable<string> FaultsOf(LlmClientOptions options)
    {
        if (options.MinConcurrentCalls > options.MaxConcurrentCalls)
        {
            yield return $"{nameof(options.MinConcurrentCalls)} is {options.MinConcurrentCalls}, more than {nameof(options.MaxConcurrentCalls)}, which is {options.MaxConcurrentCalls}.";
        }

        if (options.Price is { InputPerMillionTokens: < 0 } or { OutputPerMillionTokens: < 0 })
        {
            yield return $"{nameof(options.Price)} is negative.";
        }

        if (options.Tags.Any(string.IsNullOrWhiteSpace))
        {
            yield return $"{nameof(options.Tags)} has a blank tag.";
        }

        if (options.Purposes.Any(static purpose => !Enum.IsDefined(purpose)))
        {
            yield return $"{nameof(options.Purposes)} has a value that is none of {string.Join(", ", Enum.GetNames<LlmPurpose>())}.";
        }
    }
}
