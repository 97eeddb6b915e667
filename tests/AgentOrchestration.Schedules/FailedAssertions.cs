using System.Diagnostics;
using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>A failed <c>Debug.Assert</c> of the core is a bug, whoever catches what it throws.</summary>
internal sealed class FailedAssertions : TraceListener
{
    public override void Write(string? message)
    {
        // Nothing else is traced.
    }

    public override void WriteLine(string? message)
    {
        // Nothing else is traced.
    }

    public override void Fail(string? message, string? detailMessage) =>
        Specification.Assert(false, $"Debug.Assert: {message} {detailMessage}");
}
