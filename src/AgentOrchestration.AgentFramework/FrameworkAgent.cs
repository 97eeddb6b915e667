using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework;

/// <summary>An agent of the framework, run until it asks for nothing more.</summary>
internal sealed class FrameworkAgent(AIAgent agent, FrameworkAgentOptions options) : IAgent
{
    public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
    {
        var saved = await FrameworkCheckpoint.LoadAsync(context).ConfigureAwait(false);
        var session = saved is null
            ? await agent.CreateSessionAsync(cancellationToken).ConfigureAwait(false)
            : await agent.DeserializeSessionAsync(saved.Session, cancellationToken: cancellationToken).ConfigureAwait(false);
        var open = saved?.ReadRequests() ?? [];
        var tools = new SeenTools(context);
        tools.Expect(open);
        while (true)
        {
            var messages = open.Count == 0 ? options.Messages?.Invoke(context) ?? [FrameworkText.Goal(context)] : [await AnswerAsync(context, open).ConfigureAwait(false)];
            await context.PausePointAsync().ConfigureAwait(false);
            var response = await RunOnceAsync(context, session, [.. messages], tools).ConfigureAwait(false);
            open = [.. response.Messages.SelectMany(static message => message.Contents).OfType<ToolApprovalRequestContent>()];
            await FrameworkCheckpoint.SaveAsync(context, agent, session, open, cancellationToken).ConfigureAwait(false);
            if (open.Count == 0)
                return FrameworkText.Output(response);
        }
    }

    private async Task<AgentResponse> RunOnceAsync(AgentContext context, AgentSession session, List<ChatMessage> messages, SeenTools tools)
    {
        var estimate = new ModelCallEstimate(messages.Sum(static message => message.Text.Length) / 4, options.MaxOutputTokens, options.Price);
        using var call = await context.BeginModelCallAsync(LlmPurpose.Act, estimate).ConfigureAwait(false);
        var updates = new List<AgentResponseUpdate>();
        try
        {
            await foreach (var update in agent.RunStreamingAsync(messages, session, options.RunOptions, call.CancellationToken).ConfigureAwait(false))
            {
                call.SignalAlive();
                updates.Add(update);
                if (update.Role != ChatRole.Tool && update.Text is { Length: > 0 } text)
                    context.Output(text);
                await tools.RecordAsync(update.Contents).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            var (read, written) = UsageOf(updates);
            call.Fail(read, written);
            if (e is OperationCanceledException && call.TimeIsOver is { } over && !context.CancellationToken.IsCancellationRequested)
                throw over;
            throw;
        }

        var (input, output) = UsageOf(updates);
        call.Complete(input, output);
        return updates.ToAgentResponse();
    }

    private async ValueTask<ChatMessage> AnswerAsync(AgentContext context, IReadOnlyList<ToolApprovalRequestContent> requests)
    {
        // All at once, each in an activity of its own: one that nobody answers holds up no other.
        var answers = new AIContent[requests.Count];
        await context.RunConcurrentlyAsync([.. requests.Select((request, index) => (Func<AgentContext, CancellationToken, Task>)(async (activity, _) =>
            answers[index] = await AnswerAsync(activity, request).ConfigureAwait(false)))]).ConfigureAwait(false);
        return new ChatMessage(ChatRole.User, answers);
    }

    private async Task<ToolApprovalResponseContent> AnswerAsync(AgentContext context, ToolApprovalRequestContent request)
    {
        try
        {
            var answer = await context.RequestApprovalAsync(options.Approval?.Invoke(request) ?? FrameworkText.Approval(request), options.ApprovalTimeout).ConfigureAwait(false);
            return request.CreateResponse(answer.Approved, answer.Reason);
        }
        catch (TimeoutException)
        {
            return request.CreateResponse(approved: false, $"Nobody approved it within {options.ApprovalTimeout}.");
        }
    }

    private static (long Input, long Output) UsageOf(List<AgentResponseUpdate> updates)
    {
        var used = updates.SelectMany(static update => update.Contents).OfType<UsageContent>().ToList();
        return (used.Sum(static usage => usage.Details.InputTokenCount ?? 0), used.Sum(static usage => usage.Details.OutputTokenCount ?? 0));
    }
}
