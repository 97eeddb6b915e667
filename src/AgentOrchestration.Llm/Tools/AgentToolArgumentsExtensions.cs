using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>What a tool learns of the agent that calls it.</summary>
public static class AgentToolArgumentsExtensions
{
    /// <summary>The context of the activity in which the tool runs: its locks, files, children and reports are the agent's.</summary>
    /// <param name="arguments">What the tool was called with. <c>AIFunctionFactory</c> gives it to a function that has a parameter of its type.</param>
    /// <remarks>It is in <see cref="AIFunctionArguments.Context"/>, under <c>typeof(AgentContext)</c>, where the tool loop of an agent puts it.</remarks>
    /// <exception cref="InvalidOperationException">No agent has called the tool.</exception>
    public static AgentContext GetAgentContext(this AIFunctionArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Context?.TryGetValue(typeof(AgentContext), out var context) == true && context is AgentContext agent
            ? agent
            : throw new InvalidOperationException(
                "The tool works for an agent only: there is no AgentContext in the arguments' Context, under typeof(AgentContext). An LLM agent puts it there; other callers must do so themselves.");
    }
}
