using AgentOrchestration.Llm.Workspace;

namespace AgentOrchestration.Llm.Automation;

/// <summary>Reads one element.</summary>
internal sealed class ReadTool(AutomationScope scope) : AutomationTool(
    scope,
    "ui_read",
    "Reads one element: the value of a field or list, whether a box is checked, or the text.",
    ActionDefinition.ElementProperty,
    "\"element\"")
{
    protected override async ValueTask<object> RunAsync(GuardedAutomation automation, ToolInput input, CancellationToken cancellationToken)
    {
        var surface = Scope.SurfaceOf(input);
        await Scope.CheckAsync(automation, surface, cancellationToken).ConfigureAwait(false);
        var text = await automation.ReadAsync(AutomationScope.ElementOf(input, "element", surface), cancellationToken).ConfigureAwait(false);
        await Scope.CheckAsync(automation, surface, cancellationToken).ConfigureAwait(false);
        return text.Length <= Scope.Options.MaxCharacters ? text : $"{text[..Scope.Options.MaxCharacters]}\n[Cut]";
    }
}
