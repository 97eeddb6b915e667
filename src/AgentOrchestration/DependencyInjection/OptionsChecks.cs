using AgentOrchestration.Events;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.DependencyInjection;

/// <summary>All that is checked of the options, with a container and without.</summary>
internal static class OptionsChecks
{
    public static ValidateOptionsResult Validate(string? name, AgentOrchestrationOptions options)
    {
        var ranges = new RangeValidator().Validate(name, options);
        if (ranges.Failed)
        {
            return ranges;
        }

        var faults = options.ConcurrencyGroups
            .Where(static group => string.IsNullOrWhiteSpace(group.Key) || group.Value < 1)
            .Select(static group => $"{nameof(AgentOrchestrationOptions.ConcurrencyGroups)}: group '{group.Key}' has limit {group.Value}; use a name that is not blank and a limit from 1.")
            .Concat(Enum.IsDefined(options.LockEvents) ? [] : [$"{nameof(AgentOrchestrationOptions.LockEvents)}: {options.LockEvents} is none of {string.Join(", ", Enum.GetNames<LockEventLevel>())}."])
            .Concat(options.Secrets.Any(static secret => secret is null || secret.Length < SecretFilter.MinCharacters || string.IsNullOrWhiteSpace(secret))
                ? [$"{nameof(AgentOrchestrationOptions.Secrets)}: one is null, blank or shorter than {SecretFilter.MinCharacters} characters; what is that short stands in any text."]
                : [])
            .ToArray();
        return faults.Length > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    public static void ThrowIfInvalid(AgentOrchestrationOptions options)
    {
        if (Validate(Options.DefaultName, options) is { Failed: true, Failures: var failures })
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AgentOrchestrationOptions), failures);
        }
    }
}
