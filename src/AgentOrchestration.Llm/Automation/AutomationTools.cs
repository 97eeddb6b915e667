using AgentOrchestration.Llm.Automation;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>Tools with which a model works on the user interface that agents share.</summary>
public static class AutomationTools
{
    /// <summary>
    /// Makes the tools <c>ui_observe</c>, <c>ui_read</c> and one for each action that is allowed: <c>ui_navigate</c>, <c>ui_click</c>, <c>ui_double_click</c>, <c>ui_type</c>, <c>ui_press_keys</c>,
    /// <c>ui_select</c>, <c>ui_check</c>, <c>ui_hover</c>, <c>ui_scroll</c>, <c>ui_drag</c>, <c>ui_wait_for</c>, <c>ui_upload</c>.
    /// </summary>
    /// <param name="options">What is allowed.</param>
    /// <returns>The tools; they are thread-safe, and any number of agents may share them.</returns>
    /// <remarks>
    /// <para>They work through the <see cref="AgentContext.Automation"/> of the agent that calls them: under the locks of elements and surfaces. What cannot be done is said in the result, which then
    /// begins with <c>Error:</c>. They throw when the agent is ending, would be part of a deadlock, or has no user interface.</para>
    /// <para>Where a page is is looked at before each call and after each action. A page that leaves the allowed origins by itself in between is noticed at the next look; frames of other origins within
    /// an allowed page are shown and can be used. To keep a browser from ever reaching an address, limit its network.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <example><code>
    /// agent.Tools.AddRange(AutomationTools.Create(new()
    /// {
    ///     Origins = ["https://shop.example.org"],
    ///     Approval = action => action is UiAction.Click { Element.Selector: "#order" } ? "Place the order" : null,
    /// }));
    /// </code></example>
    public static IReadOnlyList<AIFunction> Create(AutomationToolsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        var scope = new AutomationScope(options);
        var tools = new List<AIFunction> { LookingTool(new ObserveTool(scope)), LookingTool(new ReadTool(scope)) };
        foreach (var definition in ActionDefinition.All)
        {
            if (options.Actions.Contains(definition.Kind) && (definition.Kind != UiActionKind.Upload || options.UploadRoot is not null))
            {
                var tool = new ActionTool(scope, definition);
                tools.Add(new AgentTool(tool) { Approval = options.Approval is null ? null : tool.AskedFor, ApprovalTimeout = options.ApprovalTimeout });
            }
        }

        return tools;
    }

    // Looking again after a crash does no harm.
    private static AgentTool LookingTool(AIFunction tool) => new(tool) { IsIdempotent = true };
}
