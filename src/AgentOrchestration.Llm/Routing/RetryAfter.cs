using System.Globalization;
using System.Net.Http.Headers;

namespace AgentOrchestration.Llm.Routing;

/// <summary>When a server wants to be asked again: <c>Retry-After</c> (RFC 9110, 10.2.3), and the finer <c>retry-after-ms</c> of some.</summary>
internal static class RetryAfter
{
    public const string Header = "Retry-After";
    public const string MillisecondsHeader = "retry-after-ms";

    private const double Longest = 1e9;

    /// <summary>For how long it asks not to be called; null if it does not say, says what nobody understands, or names the past.</summary>
    /// <param name="milliseconds">The value of <see cref="MillisecondsHeader"/>, which goes first.</param>
    /// <param name="after">The value of <see cref="Header"/>: seconds, of which servers send fractions too, or a date.</param>
    /// <param name="time">The clock, for dates.</param>
    public static TimeSpan? Parse(string? milliseconds, string? after, TimeProvider time)
    {
        var delay = Number(milliseconds) is { } ms
            ? TimeSpan.FromMilliseconds(ms)
            : Number(after) is { } seconds
                ? TimeSpan.FromSeconds(seconds)
                : RetryConditionHeaderValue.TryParse(after, out var value) && value.Date is { } date
                    ? date - time.GetUtcNow()
                    : TimeSpan.Zero;
        return delay > TimeSpan.Zero ? delay : null;
    }

    // Bounded, so that no number overflows a duration.
    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, Longest) : null;
}
