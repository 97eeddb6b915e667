using AgentOrchestration.Llm.Workspace;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>Tools for agents that work on the files below one folder, and on nothing else.</summary>
public static class WorkspaceTools
{
    /// <summary>Makes the tools <c>list_files</c>, <c>find_files</c>, <c>search_files</c> and <c>read_file</c>, and unless it is read-only <c>write_file</c> and <c>edit_file</c>.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="options">What they may touch and how much they give; null for the defaults.</param>
    /// <returns>The tools; they are thread-safe, and any number of agents may share them.</returns>
    /// <remarks>
    /// <para>They work through the guarded files of the agent that calls them: under the locks of files, replacing a file as a whole, and following no path or link out of the root. An agent writes
    /// only over what it has read: if another has changed the file since, the write is refused, names the other, and asks to read it again. Which version each agent has read last is remembered for the
    /// last 10,000 reads, as long as these tools live.</para>
    /// <para>What cannot be done is said in the result, which then begins with <c>Error:</c>, in relative paths only. They throw when the agent is ending, or would be part of a deadlock.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">A value is out of its range, or a pattern is not one.</exception>
    /// <example><code>
    /// var tools = WorkspaceTools.Create("/src/shop", new() { Files = ["*.cs", "docs/**"] });
    /// </code></example>
    public static IReadOnlyList<AIFunction> Create(string root, WorkspaceToolsOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        options ??= new WorkspaceToolsOptions();
        if (options.FindFault() is { } fault)
            throw new ArgumentException(fault, nameof(options));

        var workspace = new WorkspaceFolder(Path.GetFullPath(root), options);
        AIFunction[] reading = [new ListFilesTool(workspace), new FindFilesTool(workspace), new SearchFilesTool(workspace), new ReadFileTool(workspace)];
        return options.ReadOnly ? reading : [.. reading, new WriteFileTool(workspace), new EditFileTool(workspace)];
    }
}
