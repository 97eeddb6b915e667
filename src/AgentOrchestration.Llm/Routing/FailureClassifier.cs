using System.ClientModel;
using System.ClientModel.Primitives;

namespace AgentOrchestration.Llm.Routing;

/// <summary>What an exception of a client means, where the host does not say.</summary>
internal static class FailureClassifier
{
    // In the message of a 429 of OpenAI: no money is left, and waiting earns none.
    private const string OutOfQuota = "insufficient_quota";

    public static LlmFailure Classify(Exception exception, TimeProvider time)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (StatusOf(cause) is { } status)
            {
                var failure = LlmFailure.FromStatus(status, cause is ClientResultException { } result ? RetryAfterOf(result.GetRawResponse(), time) : null);
                return failure.Kind == LlmFailureKind.Throttled && cause.Message.Contains(OutOfQuota, StringComparison.Ordinal)
                    ? failure with { Kind = LlmFailureKind.Unavailable }
                    : failure;
            }
        }

        // What the client does not support, another may; but the caller should know, and the client works.
        return new LlmFailure(exception is ArgumentException or NotSupportedException ? LlmFailureKind.Rejected : LlmFailureKind.Unavailable);
    }

    private static int? StatusOf(Exception exception) => exception switch
    {
        ClientResultException { Status: not 0 } client => client.Status,
        HttpRequestException { StatusCode: { } status } => (int)status,
        _ => AnthropicStatus.Of(exception),
    };

    private static TimeSpan? RetryAfterOf(PipelineResponse? response, TimeProvider time)
    {
        if (response is null)
        {
            return null;
        }

        response.Headers.TryGetValue(RetryAfter.MillisecondsHeader, out var milliseconds);
        response.Headers.TryGetValue(RetryAfter.Header, out var after);
        return RetryAfter.Parse(milliseconds, after, time);
    }
}
