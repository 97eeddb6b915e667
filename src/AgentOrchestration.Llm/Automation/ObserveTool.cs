using AgentOrchestration.Llm.Workspace;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Automation;

/// <summary>Shows a surface.</summary>
internal sealed class ObserveTool(AutomationScope scope) : AutomationTool(
    scope,
    "ui_observe",
    "Shows what is on the page: a tree of its elements, each with a reference such as e12 by which the other tools take it. Observe again after the page has changed.",
    """ "within": { "type": "string", "description": "The element whose part is wanted: a reference or a selector. Default: the whole page." } """,
    "")
{
    protected override async ValueTask<object> RunAsync(GuardedAutomation automation, ToolInput input, CancellationToken cancellationToken)
    {
        var surface = Scope.SurfaceOf(input);
        await Scope.CheckAsync(automation, surface, cancellationToken).ConfigureAwait(false);
        var observed = await automation.ObserveAsync(
            surface,
            new UiObservationOptions
            {
                MaxCharacters = Scope.Options.MaxCharacters,
                Screenshot = Scope.Options.Screenshots,
                Within = input.OptionalText("within") is null ? null : AutomationScope.ElementOf(input, "within", surface).Selector,
            },
            cancellationToken).ConfigureAwait(false);

        // It may have left while it was looked at.
        Scope.Check(observed.Address);
        var text = $"{observed.Title} at {observed.Address}\n{observed.Tree}{(observed.IsCut ? "[Cut: observe a part of it, with 'within'.]\n" : "")}";
        return observed.Screenshot.IsEmpty ? text : new AIContent[] { new TextContent(text), new DataContent(observed.Screenshot, observed.ScreenshotMediaType!) };
    }
}
