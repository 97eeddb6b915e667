using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Workspace;

/// <summary>A tool that works on the files of a folder, for the agent that calls it.</summary>
internal abstract class WorkspaceTool(WorkspaceFolder folder, string name, string description, JsonElement schema) : AIFunction
{
    public sealed override string Name => name;

    public sealed override string Description => description;

    public sealed override JsonElement JsonSchema => schema;

    /// <summary>Whether it changes nothing.</summary>
    public virtual bool IsReadOnly => true;

    protected WorkspaceFolder Folder => folder;

    protected WorkspaceToolsOptions Options => folder.Options;

    protected static JsonElement Schema(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    protected sealed override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var context = arguments.GetAgentContext();
        try
        {
            return await RunAsync(context, new ToolInput(arguments, schema), cancellationToken).ConfigureAwait(false);
        }
        catch (ToolRefusal e)
        {
            return Error(e.Message);
        }
        catch (FileRefusedException e)
        {
            return Error(WorkspaceText.Of(e.Refusal, context.Id));
        }
        catch (DirectoryNotFoundException)
        {
            return Error("There is no such folder. See what there is with list_files.");
        }
        catch (UnauthorizedAccessException)
        {
            return Error("The file system does not permit it.");
        }
        catch (IOException)
        {
            // Its message has paths of the machine.
            return Error("The file system failed. Try something else, or later.");
        }
    }

    /// <summary>Does what the call asks for, and says it in words for the model.</summary>
    protected abstract ValueTask<string> RunAsync(AgentContext context, ToolInput input, CancellationToken cancellationToken);

    // Errors of one line with a shortened path are far below the least limit.
    private static string Error(string message) => $"Error: {message}";
}
