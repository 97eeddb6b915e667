using System.Text.Json;
using AgentOrchestration.Llm.Workspace;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Automation;

/// <summary>A tool that works on the user interface, for the agent that calls it.</summary>
internal abstract class AutomationTool(AutomationScope scope, string name, string description, string properties, string required) : AIFunction
{
    public sealed override string Name => name;

    public sealed override string Description => description;

    public sealed override JsonElement JsonSchema { get; } = JsonElement.Parse($$"""
        {
          "type": "object",
          "properties": {
            {{properties}}{{(properties.Length > 0 ? "," : "")}}
            "surface": { "type": "string", "description": "The page or window. Default: {{JsonEncodedText.Encode(scope.Options.Surfaces[0])}}." }
          },
          "required": [{{required}}],
          "additionalProperties": false
        }
        """);

    protected AutomationScope Scope => scope;

    protected ToolInput Read(AIFunctionArguments arguments) => new(arguments, JsonSchema);

    protected sealed override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var automation = arguments.GetAgentContext().Automation
            ?? throw new InvalidOperationException("The orchestrator has no user interface: use UsePlaywright or UseAutomation, or register an IAutomationService.");
        try
        {
            return await RunAsync(automation, Read(arguments), cancellationToken).ConfigureAwait(false);
        }
        catch (ToolRefusal refusal)
        {
            return $"Error: {refusal.Message}";
        }
        catch (AutomationException failure)
        {
            return $"Error: {failure.Message}";
        }
    }

    /// <summary>Does what the call asks for, and says it for the model.</summary>
    protected abstract ValueTask<object> RunAsync(GuardedAutomation automation, ToolInput input, CancellationToken cancellationToken);
}
