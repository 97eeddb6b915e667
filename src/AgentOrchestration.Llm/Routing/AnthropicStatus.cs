using System.Net;
using System.Reflection;

namespace AgentOrchestration.Llm.Routing;

/// <summary>The HTTP status in exceptions of Anthropic's package, which this one does not reference. The names are constants, so that trimming and compilation ahead of time keep what is read.</summary>
internal static class AnthropicStatus
{
    private static readonly PropertyInfo? Status = Type.GetType("Anthropic.Exceptions.AnthropicApiException, Anthropic")?.GetProperty("StatusCode");

    /// <summary>The status; null if there is none, or the package is not in use.</summary>
    public static int? Of(Exception exception) =>
        Status?.DeclaringType?.IsInstanceOfType(exception) == true && Status.GetValue(exception) is HttpStatusCode status ? (int)status : null;
}
