using System.Diagnostics;
using AgentOrchestration.Llm.Workspace;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>The tool loop, with the orchestrator's rules around each tool. A class of its own, since only that can name the call in whose flow a tool runs.</summary>
internal sealed class ToolLoop : FunctionInvokingChatClient
{
    private readonly AgentContext _context;
    private readonly TurnClient _turns;
    private readonly HardStop _stop;
    private readonly int _maxResultCharacters;
    private readonly bool _showErrors;

    public ToolLoop(TurnClient turns, AgentContext context, HardStop stop, LlmAgentOptions options)
        : base(turns)
    {
        _turns = turns;
        _context = context;
        _stop = stop;
        _maxResultCharacters = options.MaxToolResultCharacters;
        AllowConcurrentInvocation = true;
        _showErrors = options.ShowToolErrors;

        // The turns have a limit of their own, with a warning before it.
        MaximumIterationsPerRequest = int.MaxValue;
    }

    // Nothing is thrown into the loop: it would write the message into its span, and a message may hold content.
    protected override async ValueTask<object?> InvokeFunctionAsync(FunctionInvocationContext context, CancellationToken cancellationToken) =>
        _turns.Batch is { } batch && context.Function is not OwnTool { IsInstant: true }
            ? await batch.RunAsync(context.FunctionCallIndex, InActivity(context, Activity.Current, cancellationToken)).ConfigureAwait(false)
            : await RunSafelyAsync(context, _context, cancellationToken).ConfigureAwait(false);

    // The activity has a flow of its own: the call and the span are carried over into it.
    private Func<AgentContext, Task<object?>> InActivity(FunctionInvocationContext context, Activity? span, CancellationToken cancellationToken) => activity =>
    {
        CurrentContext = context;
        Activity.Current = span;
        return RunSafelyAsync(context, activity, cancellationToken);
    };

    private async Task<object?> RunSafelyAsync(FunctionInvocationContext context, AgentContext activity, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(context, activity, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Activity.Current?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            if (cancellationToken.IsCancellationRequested || _stop.IsHard(exception))
            {
                // The loop ends, and what is kept is thrown after it; siblings end at once.
                _stop.Keep(exception);
                context.Terminate = true;
                return "Stopped.";
            }

            // What a tool throws is the model's to deal with.
            return _showErrors ? $"Error: {context.Function.Name} failed: {exception.Message}" : $"Error: {context.Function.Name} failed.";
        }
    }

    private async Task<object?> RunAsync(FunctionInvocationContext context, AgentContext activity, CancellationToken cancellationToken)
    {
        var function = context.Function is HiddenApproval hidden ? hidden.Tool : context.Function;
        if (context.CallContent.Exception is not null)
        {
            return "Error: the arguments are not valid JSON. Call the tool again with a JSON object that matches its schema.";
        }

        var arguments = ToolText.ToElement(context.CallContent.Arguments);
        if (ArgumentCheck.FindFault(function.JsonSchema, arguments) is { } fault)
        {
            return $"Error: the arguments do not match the schema: {fault}";
        }

        if (function is OwnTool own)
        {
            return await own.RunAsync(activity, arguments).ConfigureAwait(false);
        }

        object? content = null;
        var tool = function.GetService<AgentTool>();
        var maxCharacters = tool?.MaxResultCharacters ?? _maxResultCharacters;
        var call = new ToolCall(function.Name)
        {
            CallId = context.CallContent.CallId,
            Arguments = arguments.GetRawText(),
            Approval = ApprovalOf(function, tool, context.Arguments),
            ApprovalTimeout = tool?.ApprovalTimeout,
            Resources = tool?.Resources?.Invoke(context.Arguments) ?? [],
            MaxResultCharacters = maxCharacters,
            IsIdempotent = tool?.IsIdempotent ?? function.GetService<WorkspaceTool>() is { IsReadOnly: true },
        };
        var result = await activity.RunToolAsync(
            call,
            async (given, stop) =>
            {
                context.Arguments.Services = given.Services;
                (context.Arguments.Context ??= new Dictionary<object, object?>())[typeof(AgentContext)] = given;
                var returned = await function.InvokeAsync(context.Arguments, stop).ConfigureAwait(false);
                (var text, content) = ToolText.Read(returned, maxCharacters);
                return text;
            },
            cancellationToken).ConfigureAwait(false);
        return content ?? result.Text;
    }

    private static string? ApprovalOf(AIFunction function, AgentTool? tool, AIFunctionArguments arguments) =>
        tool?.Approval is { } ask ? ask(arguments)
        : function.GetService<ApprovalRequiredAIFunction>() is not null ? $"Call {function.Name} with {ToolText.Write(arguments)}"
        : null;
}
