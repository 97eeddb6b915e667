using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>The steps that the model has set itself. Progress is the share of them that it says are done.</summary>
internal sealed class AgentPlan(IReadOnlyList<string> steps)
{
    private const int MaxStepCharacters = 300;
    private const int MaxOutputTokens = 1_000;
    private readonly bool[] _done = new bool[steps.Count];

    public IReadOnlyList<string> Steps => steps;

    /// <summary>Asks the model for a plan; null if it gives none that can be read.</summary>
    public static Task<AgentPlan?> MakeAsync(ModelCalls calls, IReadOnlyList<ChatMessage> goal, int maxSteps, CancellationToken cancellationToken) => JsonAnswer.AskAsync(
        calls,
        LlmPurpose.Plan,
        [.. goal, new ChatMessage(ChatRole.User, Prompts.Plan)],
        MaxOutputTokens,
        answer => JsonAnswer.ReadList(answer, "steps", maxSteps, MaxStepCharacters) is { Count: > 0 } steps ? new AgentPlan(steps) : null,
        cancellationToken);

    /// <summary>The tool by which the model says that a step is done.</summary>
    public OwnTool CreateTool() => new(
        "complete_step",
        "Says that a step of your plan is done.",
        """{"type":"object","properties":{"step":{"type":"integer","description":"The number of the step.","minimum":1}},"required":["step"]}""",
        Complete,
        isInstant: true);

    private ValueTask<string> Complete(AgentContext context, JsonElement arguments)
    {
        var step = arguments.GetProperty("step").GetDouble();
        if (step > steps.Count)
        {
            return ValueTask.FromResult(string.Create(CultureInfo.InvariantCulture, $"Error: the plan has {steps.Count} steps."));
        }

        _done[(int)step - 1] = true;
        var done = _done.Count(static isDone => isDone);

        // The end of the agent is 100, not the end of the plan.
        context.Report(steps[(int)step - 1], Math.Min(99, 100 * done / steps.Count));
        return ValueTask.FromResult(string.Create(CultureInfo.InvariantCulture, $"{done} of {steps.Count} steps are done."));
    }
}
