using AgentOrchestration.Testing;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework.Tests;

[Collection(SimulatedTimeCollection.Name)]
public sealed class FrameworkAgentTimeTests
{
    [Fact]
    public async Task AnApprovalThatNobodyGives_CountsAsRefused()
    {
        var time = new SimulatedTime();
        await using var orchestrator = AgentOrchestrator.Create(options => options.TimeProvider = time);
        var agent = EchoAgent.Approving();

        var handle = await orchestrator.SpawnAsync("Clean up", agent.AsOrchestratedAgent(new() { ApprovalTimeout = TimeSpan.FromHours(1), Approval = request => request.ToolCall.CallId }));
        var result = await time.RunUntilAsync(handle.Completion);

        Assert.Equal("delete: no, Nobody approved it within 01:00:00.; move: no, Nobody approved it within 01:00:00.", result.Output!.Text);
        await time.RunUntilAsync(orchestrator.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task TimeOfTheBudget_EndsTheRun()
    {
        var time = new SimulatedTime();
        await using var orchestrator = AgentOrchestrator.Create(options => options.TimeProvider = time);
        var agent = new EchoAgent((_, ct) => Slow(time, ct));

        var handle = await orchestrator.SpawnAsync(new AgentGoal("x") { Budget = new() { MaxCallTime = TimeSpan.FromMinutes(5) } }, agent.AsOrchestratedAgent());
        var result = await time.RunUntilAsync(handle.Completion);

        Assert.Equal(AgentErrorCodes.BudgetExceeded, result.Error!.Code);
        await time.RunUntilAsync(orchestrator.DisposeAsync().AsTask());

        static async IAsyncEnumerable<AgentResponseUpdate> Slow(TimeProvider time, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromHours(1), time, cancellationToken);
            yield return new AgentResponseUpdate(ChatRole.Assistant, "late");
        }
    }
}
