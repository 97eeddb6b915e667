using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>Calls of models by one agent: routed, within its budget, recorded. The decorator around whatever client any router returns.</summary>
internal sealed class ModelCalls(AgentContext context, IReadOnlyList<string> tags)
{
    private static readonly JsonTypeInfo<ChatResponse> Answer = (JsonTypeInfo<ChatResponse>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ChatResponse));

    /// <summary>Streams an answer.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="messages">The conversation; not changed while the answer streams.</param>
    /// <param name="options">With the output limit that is wanted.</param>
    /// <param name="cancellationToken">Ends the call: the agent's token, or one that is signalled with it.</param>
    public async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        LlmPurpose purpose, IReadOnlyList<ChatMessage> messages, ChatOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var router = context.LlmRouter ?? throw new InvalidOperationException(
            "The orchestrator has no ILlmRouter: add clients with AddLlm or UseLlm, register a router in the container, or set AgentOrchestrationOptions.LlmRouter.");
        var link = new CallLink();
        var request = new LlmRequest(purpose)
        {
            AgentId = context.Id,
            RunId = context.RunId,
            Priority = context.Goal.Priority,
            Tags = tags,
            Routed = link.Routed,
            Wait = link.WaitAsync,
        };
        var client = await router.SelectClientAsync(request, cancellationToken).ConfigureAwait(false);
        var input = TokenEstimate.Of(messages) + TokenEstimate.Of(options);
        var price = link.FirstRoute?.Price ?? client.GetService(typeof(ModelPrice)) as ModelPrice;
        using var scope = await context.BeginModelCallAsync(purpose, new ModelCallEstimate(input, options.MaxOutputTokens, price)).ConfigureAwait(false);
        link.Attach(scope);
        var limited = options.Clone();
        limited.MaxOutputTokens = scope.MaxOutputTokens is { } granted ? (int)Math.Min(granted, int.MaxValue) : null;

        // The call has a token of its own only where call time is limited.
        using var stop = scope.CancellationToken == context.CancellationToken ? null : CancellationTokenSource.CreateLinkedTokenSource(scope.CancellationToken, cancellationToken);
        var token = stop?.Token ?? cancellationToken;
        var updates = client.GetStreamingResponseAsync(messages, limited, token).GetAsyncEnumerator(token);
        await using (updates.ConfigureAwait(false))
        {
            UsageDetails? usage = null;
            var written = 0L;
            while (await NextAsync(updates, scope, input, written, usage).ConfigureAwait(false))
            {
                scope.SignalAlive();
                foreach (var content in updates.Current.Contents)
                {
                    switch (content)
                    {
                        case UsageContent { Details: var details }:
                            (usage ??= new UsageDetails()).Add(details);
                            break;
                        case TextContent text:
                            written += text.Text.Length;
                            break;
                        case TextReasoningContent reasoning:
                            written += reasoning.Text.Length;
                            break;
                        case FunctionCallContent call:
                            written += call.Name.Length + ToolText.Write(call.Arguments).Length;
                            break;
                    }
                }

                yield return updates.Current;
            }

            scope.Complete(InputOf(usage, input), OutputOf(usage, written));
        }
    }

    /// <summary>One answer as a whole.</summary>
    public Task<ChatResponse> AskAsync(LlmPurpose purpose, IReadOnlyList<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken) => context.IsDurable
        ? AskOnceAsync(purpose, messages, options, seen: null, cancellationToken)
        : StreamAsync(purpose, messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <summary>One answer as a whole, which is kept: where the attempt goes on after a crash, the model is not asked again.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">With the output limit that is wanted.</param>
    /// <param name="seen">Sees each part as it comes; all parts at once if the answer was kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ChatResponse> AskOnceAsync(
        LlmPurpose purpose, IReadOnlyList<ChatMessage> messages, ChatOptions options, Action<ChatResponseUpdate>? seen, CancellationToken cancellationToken)
    {
        var isNew = false;
        var response = await context.RunStepAsync(
            $"model: {purpose}",
            async (_, stop) =>
            {
                isNew = true;
                var updates = new List<ChatResponseUpdate>();
                await foreach (var update in StreamAsync(purpose, messages, options, stop).ConfigureAwait(false))
                {
                    seen?.Invoke(update);
                    updates.Add(update);
                }

                return updates.ToChatResponse();
            },
            Answer,
            cancellationToken).ConfigureAwait(false);
        if (!isNew && seen is not null)
        {
            foreach (var update in response.ToChatResponseUpdates())
            {
                seen(update);
            }
        }

        return response;
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, ModelCallScope scope, long input, long written, UsageDetails? usage)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (scope.TimeIsOver is not null)
        {
            Fail();
            throw scope.TimeIsOver;
        }
        catch
        {
            Fail();
            throw;
        }

        // A call that had begun to answer has been read, and is charged for.
        void Fail()
        {
            if (written > 0 || usage is not null)
            {
                scope.Fail(InputOf(usage, input), OutputOf(usage, written));
            }
        }
    }

    private static long InputOf(UsageDetails? usage, long estimate) => usage?.InputTokenCount ?? estimate;

    private static long OutputOf(UsageDetails? usage, long characters) => usage?.OutputTokenCount ?? (characters + 3) / 4;

    /// <summary>Joins a request to its call, which begins only when a client is chosen: what the router says before that is kept.</summary>
    private sealed class CallLink
    {
        private readonly Lock _gate = new();
        private ModelCallScope? _scope;

        public LlmRoute? FirstRoute { get; private set; }

        public void Routed(LlmRoute route)
        {
            lock (_gate)
            {
                if (_scope is null)
                {
                    FirstRoute = route;
                    return;
                }
            }

            _scope.Routed(route);
        }

        public ValueTask WaitAsync(Task granted)
        {
            lock (_gate)
            {
                if (_scope is null)
                {
                    return new ValueTask(granted);
                }
            }

            return _scope.WaitAsync(granted);
        }

        public void Attach(ModelCallScope scope)
        {
            LlmRoute? first;
            lock (_gate)
            {
                _scope = scope;
                first = FirstRoute;
            }

            if (first is not null)
            {
                scope.Routed(first);
            }
        }
    }
}
