using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Events;

/// <summary>Takes the host's secrets out of what is published and kept. Made only where there are any; immutable.</summary>
internal sealed class SecretFilter
{
    public const string Replacement = "[secret]";
    public const int MinCharacters = 4;

    private readonly string[] _secrets;

    public SecretFilter(IEnumerable<string> secrets)
    {
        // As they are, and as they stand within JSON, by the strict and by the relaxed way of writing it. The longest first, in case one holds another.
        _secrets = [.. secrets
            .SelectMany(static secret => (IEnumerable<string>)[secret, JavaScriptEncoder.Default.Encode(secret), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret)])
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(static secret => secret.Length)];
    }

    public string Redact(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, Replacement, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The same JSON without secrets.</summary>
    public byte[] Redact(byte[] json)
    {
        var text = Encoding.UTF8.GetString(json);
        var redacted = Redact(text);
        return ReferenceEquals(redacted, text) ? json : Encoding.UTF8.GetBytes(redacted);
    }

    /// <summary>Characters at the end of the text with which a secret may begin.</summary>
    public int OpenEnd(string text)
    {
        var longest = 0;
        foreach (var secret in _secrets)
        {
            for (var length = Math.Min(secret.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(secret.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }

    /// <summary>The event without secrets: the same instance if it has none.</summary>
    public AgentEvent Redact(AgentEvent change) => change switch
    {
        AgentSpawned spawned => spawned with { Goal = Redact(spawned.Goal) },
        AgentRetrying retrying => retrying with { Error = Redact(retrying.Error) },
        AgentProgressed progressed => progressed with { Step = Redact(progressed.Step) },
        AgentOutputProduced output => output with { Delta = Redact(output.Delta) },
        AgentCriterionReported reported => reported with { Criterion = Redact(reported.Criterion) },
        AgentMessageAccepted { Message: var message } accepted => accepted with { Message = message with { Text = Redact(message.Text), Data = Redact(message.Data) } },
        ApprovalRequested { Request: var request } requested => requested with { Request = request with { Action = Redact(request.Action) } },
        ApprovalAnswered { Answer: { } answer } answered => answered with { Answer = answer with { Reason = RedactOrNull(answer.Reason) } },
        AgentCompleted completed => completed with { Result = Redact(completed.Result) },
        AgentFailed failed => failed with { Error = Redact(failed.Error), Result = Redact(failed.Result) },
        AgentCancelled cancelled => cancelled with { Reason = RedactOrNull(cancelled.Reason), Result = Redact(cancelled.Result) },
        RunConditionJudged judged => judged with { Reason = RedactOrNull(judged.Reason) },
        RunGoalSkipped skipped => skipped with { Detail = Redact(skipped.Detail) },
        RunStopping stopping => stopping with { Reason = Redact(stopping.Reason) },
        ToolCallStarted started => started with { Arguments = RedactOrNull(started.Arguments) },
        ToolCallEnded ended => ended with { Result = RedactOrNull(ended.Result) },
        _ => change,
    };

    private string? RedactOrNull(string? text) => text is null ? null : Redact(text);

    private JsonElement? Redact(JsonElement? data)
    {
        if (data is not { } json)
        {
            return null;
        }

        var text = json.GetRawText();
        var redacted = Redact(text);
        return ReferenceEquals(redacted, text) ? data : Parse(redacted);
    }

    // A secret that is not within a string, such as a number, leaves no JSON behind.
    private static JsonElement Parse(string redacted)
    {
        try
        {
            return JsonElement.Parse(redacted);
        }
        catch (JsonException)
        {
            return JsonElement.Parse($"\"{Replacement}\"");
        }
    }

    private AgentGoal Redact(AgentGoal goal) => goal with
    {
        Description = Redact(goal.Description),
        SuccessCriteria = [.. goal.SuccessCriteria.Select(Redact)],
        Attachments = Redact(goal.Attachments),
        Tags = goal.Tags.ToDictionary(static tag => tag.Key, tag => Redact(tag.Value), StringComparer.Ordinal),
    };

    private AgentError Redact(AgentError error) => error with { Message = Redact(error.Message) };

    private CriterionResult Redact(CriterionResult result) => result with { Criterion = Redact(result.Criterion), Reason = RedactOrNull(result.Reason) };

    private AgentResult Redact(AgentResult result) => result with
    {
        Goal = Redact(result.Goal),
        Output = result.Output is { } output ? output with { Text = Redact(output.Text), Data = Redact(output.Data), Contents = Redact(output.Contents) } : null,
        Error = result.Error is { } error ? Redact(error) : null,
        CancelReason = RedactOrNull(result.CancelReason),
        Criteria = [.. result.Criteria.Select(Redact)],
    };

    private IReadOnlyList<AIContent> Redact(IReadOnlyList<AIContent> contents) => contents.Count == 0 ? contents : [.. contents.Select(Redact)];

    private AIContent Redact(AIContent content)
    {
        if (content is TextContent text)
        {
            var redacted = Redact(text.Text);
            return ReferenceEquals(redacted, text.Text) ? content : new TextContent(redacted);
        }

        var json = JsonSerializer.Serialize(content, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(AIContent)));
        return ReferenceEquals(Redact(json), json) ? content : new TextContent("[left out: it holds a secret]");
    }
}
