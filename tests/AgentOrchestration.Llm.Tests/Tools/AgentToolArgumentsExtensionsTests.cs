using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Tools;

public sealed class AgentToolArgumentsExtensionsTests
{
    [Fact]
    public async Task GetAgentContext_IsThatOfTheCaller_AndNoArgumentOfTheModel()
    {
        await using var orchestrator = AgentOrchestrator.Create();
        var tool = AIFunctionFactory.Create((string text, AIFunctionArguments arguments) => $"{text} {arguments.GetAgentContext().Goal.Name}", "greet");
        object? result = null;

        var handle = await orchestrator.SpawnAsync(new AgentGoal("x") { Name = "Ada" }, new ScriptedAgent().Do(async (context, ct) =>
            result = await tool.InvokeAsync(new AIFunctionArguments { ["text"] = "hello", Context = new Dictionary<object, object?> { [typeof(AgentContext)] = context } }, ct)));
        await handle.Completion;

        Assert.Equal("hello Ada", result?.ToString());
        Assert.Equal(["text"], tool.JsonSchema.GetProperty("properties").EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void GetAgentContext_WithoutOne_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => new AIFunctionArguments().GetAgentContext());
        Assert.Throws<InvalidOperationException>(() => new AIFunctionArguments { Context = new Dictionary<object, object?> { [typeof(AgentContext)] = "no" } }.GetAgentContext());
    }
}
