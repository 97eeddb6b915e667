using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace AgentOrchestration.Internal;

/// <summary>A range of durations; unlike <see cref="RangeAttribute"/> with a type it is safe to trim.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationRangeAttribute(string minimum, string maximum) : ValidationAttribute
{
    private readonly TimeSpan _minimum = TimeSpan.Parse(minimum, CultureInfo.InvariantCulture);
    private readonly TimeSpan _maximum = TimeSpan.Parse(maximum, CultureInfo.InvariantCulture);

    public string Minimum { get; } = minimum;

    public string Maximum { get; } = maximum;

    public override bool IsValid(object? value) => value is null || (value is TimeSpan duration && duration >= _minimum && duration <= _maximum);

    public override string FormatErrorMessage(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} must be from {_minimum} to {_maximum}.");
}
