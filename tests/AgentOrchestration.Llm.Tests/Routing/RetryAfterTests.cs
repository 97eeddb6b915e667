using AgentOrchestration.Llm.Routing;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Llm.Tests.Routing;

public sealed class RetryAfterTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(null, "3", 3000.0)]
    [InlineData(null, "0.25", 250.0)]
    [InlineData("40", "3", 40.0)]
    [InlineData("12.5", null, 12.5)]
    [InlineData("soon", "2", 2000.0)]
    [InlineData(null, "Sun, 01 Mar 2026 12:00:09 GMT", 9000.0)]
    [InlineData(null, "1e400", null)]
    [InlineData(null, "99999999999999999999", 1e12)]
    [InlineData(null, null, null)]
    [InlineData("0", "0", null)]
    [InlineData(null, "-5", null)]
    [InlineData(null, "soon", null)]
    [InlineData(null, "Sun, 01 Mar 2026 11:59:00 GMT", null)]
    public void Headers_AreUnderstood(string? milliseconds, string? after, double? expected) =>
        Assert.Equal(expected, RetryAfter.Parse(milliseconds, after, Time)?.TotalMilliseconds);
}
