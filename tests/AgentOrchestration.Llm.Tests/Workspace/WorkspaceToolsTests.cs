using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Workspace;

public sealed class WorkspaceToolsTests
{
    public static TheoryData<WorkspaceToolsOptions> BadOptions { get; } =
    [
        new WorkspaceToolsOptions { MaxResultCharacters = 999 },
        new WorkspaceToolsOptions { MaxResultCharacters = 1_000_001 },
        new WorkspaceToolsOptions { MaxLineCharacters = 99 },
        new WorkspaceToolsOptions { MaxLineCharacters = 15_001 },
        new WorkspaceToolsOptions { MaxFileBytes = 0 },
        new WorkspaceToolsOptions { MaxMatches = 0 },
        new WorkspaceToolsOptions { TimeLimit = TimeSpan.Zero },
        new WorkspaceToolsOptions { TimeLimit = TimeSpan.FromHours(2) },
        new WorkspaceToolsOptions { Files = ["{"] },
    ];

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public void Create_WithAValueOutOfRange_Throws(WorkspaceToolsOptions options) => Assert.ThrowsAny<ArgumentException>(() => WorkspaceTools.Create(".", options));

    [Fact]
    public async Task WithoutAnAgent_AToolThrows()
    {
        var tool = WorkspaceTools.Create(".")[0];

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => tool.InvokeAsync(new AIFunctionArguments()).AsTask());

        Assert.Contains("AgentContext", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schemas_AreOfObjects_ThatAllowNothingElse()
    {
        foreach (var tool in WorkspaceTools.Create("."))
        {
            Assert.Equal("object", tool.JsonSchema.GetProperty("type").GetString());
            Assert.False(tool.JsonSchema.GetProperty("additionalProperties").GetBoolean());
            Assert.All(tool.JsonSchema.GetProperty("properties").EnumerateObject(), property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
            Assert.NotEmpty(tool.Description);
        }
    }
}
