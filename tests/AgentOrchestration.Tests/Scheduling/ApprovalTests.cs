using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class ApprovalTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_IsListed_Answered_AndGone(bool approved)
    {
        await using var world = new World(capacity: 1);
        ApprovalAnswer? answer = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().AskApproval("delete it", answered: given => answer = given));
        await world.SettleAsync();

        var request = Assert.Single(world.Orchestrator.ListApprovals());
        Assert.Equal((handle.Id, "delete it"), (request.AgentId, request.Action));
        Assert.Equal((AgentState.Waiting, AgentWaitKind.Approval, request.Id.ToString()), (world.State(handle), world.Status(handle).WaitingFor!.Kind, world.Status(handle).WaitingFor!.Target));

        Assert.True(await world.Orchestrator.AnswerAsync(request.Id, approved, "because"));
        Assert.False(await world.Orchestrator.AnswerAsync(request.Id, !approved));
        await world.EndAsync(handle);

        Assert.Equal(new ApprovalAnswer(approved, "because"), answer);
        Assert.Empty(world.Orchestrator.ListApprovals());
        Assert.Equal(answer, Assert.Single(world.Events.Events.OfType<ApprovalAnswered>()).Answer);
    }

    [Fact]
    public async Task Requests_AreListedOldestFirst_AndAnsweredInAnyOrder()
    {
        await using var world = new World();
        var handles = new List<AgentHandle>();
        for (var i = 0; i < 3; i++)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().AskApproval($"{i}")));
            await world.SettleAsync();
        }

        var requests = world.Orchestrator.ListApprovals();
        Assert.Equal(["0", "1", "2"], requests.Select(request => request.Action));
        foreach (var request in requests.Reverse())
        {
            Assert.True(await world.Orchestrator.AnswerAsync(request.Id, approved: true));
        }

        await world.EndAllAsync(handles);
    }

    [Fact]
    public async Task Timeout_Throws_AndWithdrawsTheRequest()
    {
        await using var world = new World();
        Exception? thrown = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) =>
            thrown = await Record.ExceptionAsync(async () => await context.RequestApprovalAsync("x", TimeSpan.FromSeconds(10)))));

        var result = await world.EndAsync(handle);

        Assert.IsType<TimeoutException>(thrown);
        Assert.Equal((AgentState.Completed, 10d), (result.State, result.Duration.TotalSeconds));
        Assert.Null(Assert.Single(world.Events.Events.OfType<ApprovalAnswered>()).Answer);
    }

    [Fact]
    public async Task Timeout_WithdrawsTheRequest_ThoughTheAgentLacksASlotToGoOn()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().AskApproval("x", TimeSpan.FromSeconds(10)));
        await world.SettleAsync();
        var request = Assert.Single(world.Orchestrator.ListApprovals());
        var blocker = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        await world.AdvanceAsync(11);

        Assert.Empty(world.Orchestrator.ListApprovals());
        Assert.False(await world.Orchestrator.AnswerAsync(request.Id, approved: true));
        gate.Open();
        Assert.Equal(AgentErrorCodes.TimedOut, (await world.EndAsync(handle)).Error!.Code);
        await world.EndAsync(blocker);
    }

    [Fact]
    public async Task Answer_InTime_Counts_ThoughTheTimePassesWhileTheAgentLacksASlot()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        ApprovalAnswer? answer = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().AskApproval("x", TimeSpan.FromSeconds(10), given => answer = given));
        await world.SettleAsync();
        var blocker = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        await world.AdvanceAsync(9);
        Assert.True(await world.Orchestrator.AnswerAsync(world.Orchestrator.ListApprovals()[0].Id, approved: true));
        await world.AdvanceAsync(9);
        gate.Open();

        await world.EndAllAsync(handle, blocker);

        Assert.True(answer!.Approved);
    }

    [Fact]
    public async Task Cancel_WithdrawsTheRequest()
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new ScriptedAgent().AskApproval("x"));
        await world.SettleAsync();
        var request = Assert.Single(world.Orchestrator.ListApprovals());

        await world.Orchestrator.CancelAsync(handle.Id);
        await world.EndAsync(handle);

        Assert.Empty(world.Orchestrator.ListApprovals());
        Assert.False(await world.Orchestrator.AnswerAsync(request.Id, approved: true));
        Assert.False(await world.Orchestrator.AnswerAsync(default, approved: true));
        Assert.Null(Assert.Single(world.Events.Events.OfType<ApprovalAnswered>()).Answer);
    }
}
