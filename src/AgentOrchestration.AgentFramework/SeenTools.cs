using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework;

/// <summary>Records the tools that an agent of the framework has called, when their results are seen.</summary>
internal sealed class SeenTools(AgentContext context)
{
    private readonly Dictionary<string, ToolCallContent> _calls = new(StringComparer.Ordinal);

    /// <summary>Takes note of calls that are to be approved.</summary>
    public void Expect(IEnumerable<ToolApprovalRequestContent> requests)
    {
        foreach (var request in requests)
            _calls[request.ToolCall.CallId] = request.ToolCall;
    }

    /// <exception cref="BudgetExceededException">There were more than the budget allows.</exception>
    public async ValueTask RecordAsync(IEnumerable<AIContent> contents)
    {
        foreach (var content in contents)
        {
            switch (content)
            {
                case ToolCallContent call:
                    _calls[call.CallId] = call;
                    break;
                case ToolApprovalRequestContent request:
                    _calls[request.ToolCall.CallId] = request.ToolCall;
                    break;
                case FunctionResultContent result when _calls.Remove(result.CallId, out var call):
                    await RecordAsync(call, result).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async ValueTask RecordAsync(ToolCallContent call, FunctionResultContent result)
    {
        var tool = new ToolCall(FrameworkText.NameOf(call)) { CallId = call.CallId, Arguments = FrameworkText.ArgumentsOf(call) };
        try
        {
            await context.RunToolAsync(tool, (_, _) => result.Exception is { } failure ? throw failure : ValueTask.FromResult(result.Result?.ToString() ?? "")).ConfigureAwait(false);
        }
        catch (Exception e) when (ReferenceEquals(e, result.Exception))
        {
            // Recorded as failed; the agent has it among its results, and has gone on.
        }
    }
}
