using AgentOrchestration.Testing;

namespace AgentOrchestration.Tests.Testing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class ScriptedAgentTests
{
    [Fact]
    public async Task EveryStep_IsDone_InOrder()
    {
        await using var world = new World();
        var gate = new AgentGate();
        ApprovalAnswer? answer = null;
        AgentMessage? message = null;
        var agent = new ScriptedAgent()
            .Report("first", 10)
            .Output("partial")
            .Delay(TimeSpan.FromHours(1))
            .Pass(gate)
            .Acquire("report")
            .AskApproval("go on?", answered: given => answer = given)
            .Receive(received => message = received)
            .Release()
            .Spawn("child", new ScriptedAgent().Return("small"))
            .WaitForChildren()
            .PausePoint()
            .Return("done")
            .Throw(new InvalidOperationException("not reached"));

        var handle = await world.SpawnAsync(agent);
        await world.Time.RunUntilAsync(gate.WaitForArrivalAsync());
        Assert.Equal(1, gate.Arrivals);
        gate.Open();
        var requested = await world.Time.RunUntilAsync(world.Events.WaitForAsync<ApprovalRequested>());
        await world.Orchestrator.AnswerAsync(requested.Request.Id, approved: true, "fine");
        await world.Orchestrator.SendAsync(handle.Id, "hello");
        var result = await world.EndAsync(handle);

        Assert.Equal("done", result.Output!.Text);
        Assert.Equal(TimeSpan.FromHours(1), result.Duration);
        Assert.Equal(new ApprovalAnswer(true, "fine"), answer);
        Assert.Equal("hello", message!.Text);
        Assert.Equal(2, world.Events.Events.OfType<AgentCompleted>().Count());
    }

    [Fact]
    public async Task ThrowOnFirst_FailsTheFirstAttemptsOnly()
    {
        await using var world = new World();
        var agent = new ScriptedAgent().ThrowOnFirst(2, new AgentFailureException("busy", "later")).Return("third");

        var result = await world.EndAsync(await world.SpawnAsync(new AgentGoal("x") { Retry = new() { MaxAttempts = 3 } }, agent));

        Assert.Equal(3, result.Attempts);
        Assert.Equal("third", result.Output!.Text);
    }

    [Fact]
    public async Task Script_IsImmutable_AndObservesItsCancellation()
    {
        await using var world = new World();
        var start = new ScriptedAgent().Report("a");
        var longer = start.Delay(TimeSpan.FromDays(40));

        Assert.Equal(AgentState.Completed, (await world.EndAsync(await world.SpawnAsync(start))).State);
        var handle = await world.SpawnAsync(longer);
        await world.SettleAsync();
        await world.Orchestrator.CancelAsync(handle.Id);
        var result = await world.EndAsync(handle);

        Assert.Equal(AgentState.Cancelled, result.State);
        Assert.False(result.Detached);
    }

    [Fact]
    public async Task Gate_CountsArrivals_AndStaysOpen()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var handles = new List<AgentHandle>();
        for (var i = 0; i < 3; i++)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().Pass(gate)));
        }

        await gate.WaitForArrivalAsync(3).WaitAsync(World.Hang);
        gate.Open();
        handles.Add(await world.SpawnAsync(new ScriptedAgent().Pass(gate)));
        await world.EndAllAsync(handles);

        Assert.Equal(4, gate.Arrivals);
    }
}
