using AgentOrchestration.Testing;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.AgentFramework.Tests;

/// <summary>A host that has the usings of both compiles: this file has them, and names what is most alike.</summary>
public sealed class NamespaceTests
{
    [Fact]
    public void NoPublicName_IsInBoth()
    {
        HashSet<string> ours = [.. NamesIn("AgentOrchestration", typeof(IAgent), typeof(FrameworkAgentOptions), typeof(WorkspaceTools)), .. NamesIn("AgentOrchestration.Testing", typeof(EventRecorder))];
        HashSet<string> theirs = [.. NamesIn("Microsoft.Agents.AI", typeof(AIAgent)), .. NamesIn("Microsoft.Extensions.AI", typeof(IChatClient)), .. NamesIn("Microsoft.Extensions.DependencyInjection", typeof(IServiceCollection))];

        Assert.True(ours.Count > 100);
        Assert.Empty(ours.Intersect(theirs));
    }

    [Fact]
    public void WhatIsMostAlike_IsTold()
    {
        Type[] types = [typeof(AgentContext), typeof(AIContext), typeof(AgentResult), typeof(AgentResponse), typeof(AgentRunOptions), typeof(OrchestrationRunOptions), typeof(IAgent), typeof(AIAgent), typeof(AgentSession), typeof(ToolCall), typeof(AITool), typeof(IServiceCollection)];

        Assert.Equal(types.Length, types.Distinct().Count());
    }

    private static IEnumerable<string> NamesIn(string name, params Type[] of) =>
        of.SelectMany(type => type.Assembly.GetExportedTypes()).Where(type => type.Namespace == name && !type.IsNested).Select(type => type.Name);
}
