using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace AgentOrchestration.Llm.Tests.Loopback;

/// <summary>Writes one reply on the wire, as one object or as a stream of events.</summary>
internal sealed class LoopbackExchange(HttpContext http, LoopbackRequest request, TimeProvider time)
{
    // So short that the arguments of any call arrive in several pieces.
    private const int FragmentLength = 5;

    private readonly StringBuilder _text = new();
    private readonly JsonArray _calls = [];
    private LoopbackStep.Usage _usage = new(10, 5);
    private string? _finish;

    /// <param name="reply">What to do.</param>
    /// <param name="finishing">Called before the end of the answer is sent.</param>
    public async Task PlayAsync(LoopbackReply reply, Action finishing)
    {
        try
        {
            foreach (var step in reply.Steps)
            {
                if (!await TryDoAsync(step, finishing))
                    return;
            }

            finishing();
            await (request.Streams ? FinishStreamAsync() : WriteAsync(Whole().ToJsonString()));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone away; there is nobody to answer.
        }
    }

    // False ends the reply.
    private async Task<bool> TryDoAsync(LoopbackStep step, Action finishing)
    {
        switch (step)
        {
            case LoopbackStep.Text text:
                _text.Append(text.Value);
                await StreamAsync(new JsonObject { ["content"] = text.Value });
                return true;
            case LoopbackStep.Call call:
                await AddAsync(call);
                return true;
            case LoopbackStep.Usage usage:
                _usage = usage;
                return true;
            case LoopbackStep.Finish finish:
                _finish = finish.Reason;
                return true;
            case LoopbackStep.Delay delay:
                await Task.Delay(delay.Duration, time, http.RequestAborted);
                return true;
            case LoopbackStep.Pass pass:
                await pass.Gate.PassAsync(http.RequestAborted);
                return true;
            case LoopbackStep.Cut:
                await CutAsync();
                return false;
            case LoopbackStep.Raw raw:
                finishing();
                await WriteAsync(request.Streams ? $"data: {raw.Body}\n\n" : raw.Body);
                return false;
            case LoopbackStep.Failure failure:
                finishing();
                await FailAsync(failure);
                return false;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task AddAsync(LoopbackStep.Call call)
    {
        var index = _calls.Count;
        var id = call.Id ?? string.Create(CultureInfo.InvariantCulture, $"call_{request.Number}_{index}");
        _calls.Add(CallJson(id, call.Name, call.Arguments));
        var first = CallJson(id, call.Name, "");
        first["index"] = index;
        await StreamAsync(new JsonObject { ["tool_calls"] = new JsonArray(first) });
        foreach (var fragment in call.Arguments.Chunk(FragmentLength))
        {
            await StreamAsync(new JsonObject
            {
                ["tool_calls"] = new JsonArray(new JsonObject { ["index"] = index, ["function"] = new JsonObject { ["arguments"] = new string(fragment) } }),
            });
        }
    }

    private static JsonObject CallJson(string id, string name, string arguments) =>
        new() { ["id"] = id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = name, ["arguments"] = arguments } };

    private async Task CutAsync()
    {
        if (!request.Streams)
        {
            var whole = Whole().ToJsonString();
            http.Response.ContentLength = whole.Length;
            await WriteAsync(whole[..(whole.Length / 2)]);
        }

        http.Abort();
    }

    private Task FailAsync(LoopbackStep.Failure failure)
    {
        http.Response.StatusCode = failure.Status;
        if (failure.RetryAfter is { } delay)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            http.Response.Headers["retry-after-ms"] = Math.Ceiling(delay.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        var error = new JsonObject { ["message"] = failure.Message, ["type"] = failure.Status == 429 ? "requests" : "server_error", ["code"] = null };
        return WriteAsync(new JsonObject { ["error"] = error }.ToJsonString());
    }

    private async Task FinishStreamAsync()
    {
        await SendAsync(Frame("chat.completion.chunk", new JsonArray(Choice("delta", [], FinishReason))));
        if (request.WantsUsage)
        {
            var usage = Frame("chat.completion.chunk", []);
            usage["usage"] = UsageJson();
            await SendAsync(usage);
        }

        await WriteAsync("data: [DONE]\n\n");
    }

    private JsonObject Whole()
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = _text.Length > 0 || _calls.Count == 0 ? _text.ToString() : null };
        if (_calls.Count > 0)
            message["tool_calls"] = _calls.DeepClone();
        var whole = Frame("chat.completion", new JsonArray(Choice("message", message, FinishReason)));
        whole["usage"] = UsageJson();
        return whole;
    }

    private string FinishReason => _finish ?? (_calls.Count > 0 ? "tool_calls" : "stop");

    private JsonObject Frame(string kind, JsonArray choices) => new()
    {
        ["id"] = string.Create(CultureInfo.InvariantCulture, $"chatcmpl-{request.Number}"),
        ["object"] = kind,
        ["created"] = 1_700_000_000,
        ["model"] = request.Model,
        ["choices"] = choices,
    };

    private static JsonObject Choice(string name, JsonObject content, string? finish) => new() { ["index"] = 0, [name] = content, ["finish_reason"] = finish };

    private JsonObject UsageJson() => new()
    {
        ["prompt_tokens"] = _usage.InputTokens,
        ["completion_tokens"] = _usage.OutputTokens,
        ["total_tokens"] = _usage.InputTokens + _usage.OutputTokens,
    };

    private Task StreamAsync(JsonObject delta)
    {
        if (!request.Streams)
            return Task.CompletedTask;
        delta["role"] = "assistant";
        return SendAsync(Frame("chat.completion.chunk", new JsonArray(Choice("delta", delta, finish: null))));
    }

    private Task SendAsync(JsonObject chunk) => WriteAsync($"data: {chunk.ToJsonString()}\n\n");

    private async Task WriteAsync(string text)
    {
        http.Response.ContentType ??= request.Streams && http.Response.StatusCode == StatusCodes.Status200OK ? "text/event-stream" : "application/json";
        await http.Response.WriteAsync(text, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
