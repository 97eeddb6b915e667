using System.Text;
using AgentOrchestration.Llm.Workspace;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Automation;

/// <summary>Does one kind of action.</summary>
internal sealed class ActionTool(AutomationScope scope, ActionDefinition definition) : AutomationTool(scope, definition.Name, definition.Description, definition.Properties, definition.Required)
{
    /// <summary>What is asked before this call; null asks nobody, also where the call will be refused anyway.</summary>
    public string? AskedFor(AIFunctionArguments arguments)
    {
        try
        {
            return Scope.Options.Approval!(Create(Read(arguments)));
        }
        catch (ToolRefusal)
        {
            return null;
        }
    }

    protected override async ValueTask<object> RunAsync(GuardedAutomation automation, ToolInput input, CancellationToken cancellationToken)
    {
        var action = Create(input);
        if (action is not UiAction.Navigate)
        {
            await Scope.CheckAsync(automation, action.Surface, cancellationToken).ConfigureAwait(false);
        }

        var result = await automation.PerformAsync(action, cancellationToken).ConfigureAwait(false);
        var text = new StringBuilder("Done.");
        Say(text, "A dialog was answered", result.Dialogs);
        Say(text, "Opened surface", result.OpenedSurfaces.Where(Scope.Allows));
        Say(text, "Downloaded", result.Downloads.Select(static path => Path.GetFileName(path)!));
        Scope.Check(result.Address);
        return text.Append(result.Address is null ? "" : $" The page is at {result.Address}.").ToString() is var said && said.Length <= Scope.Options.MaxCharacters ? said : $"{said[..Scope.Options.MaxCharacters]}\n[Cut]";
    }

    private static void Say(StringBuilder text, string what, IEnumerable<string> these)
    {
        foreach (var one in these)
        {
            text.Append(' ').Append(what).Append(": ").Append(one).Append('.');
        }
    }

    private UiAction Create(ToolInput input) => definition.Create(Scope, input, Scope.SurfaceOf(input)) with { Timeout = Scope.Options.Timeout };
}
