using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Llm.Diagnostics;

/// <summary>Every log message of this package: stable ids, from 101, no content.</summary>
internal static partial class LlmLogMessages
{
    [LoggerMessage(101, LogLevel.Information, "Client '{Client}' asked to be called later (HTTP {Status}): not for {Rest}, and with at most {Limit} calls at the same time after that.")]
    public static partial void ModelThrottled(this ILogger logger, string client, int? status, TimeSpan rest, int limit);

    [LoggerMessage(102, LogLevel.Warning, "A call of client '{Client}' failed with {ExceptionType} (HTTP {Status}).")]
    public static partial void ModelCallFailed(this ILogger logger, string client, string exceptionType, int? status);

    [LoggerMessage(103, LogLevel.Warning, "The circuit of client '{Client}' opened: too many of its calls failed, and it is not called for {Duration}.")]
    public static partial void ModelCircuitOpened(this ILogger logger, string client, TimeSpan duration);

    [LoggerMessage(104, LogLevel.Information, "The circuit of client '{Client}' closed: it is called again.")]
    public static partial void ModelCircuitClosed(this ILogger logger, string client);

    [LoggerMessage(105, LogLevel.Warning, "Embeddings failed with {ExceptionType}: the knowledge base was searched by words alone.")]
    public static partial void EmbeddingsFailed(this ILogger logger, string exceptionType);
}
