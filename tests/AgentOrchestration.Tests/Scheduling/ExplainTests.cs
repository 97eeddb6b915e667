using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class ExplainTests
{
    [Fact]
    public async Task Chain_GoesFromTheLockToItsHolderToWhatThatOneWaitsFor()
    {
        await using var world = new World();
        var tests = await world.SpawnAsync(Named("tests"), new ScriptedAgent().Acquire("report").AskApproval("deploy"));
        await world.AdvanceAsync(3);
        var refactor = await world.SpawnAsync(Named("refactor"), new ScriptedAgent().Acquire("report"));
        await world.AdvanceAsync(12);
        var request = Assert.Single(world.Orchestrator.ListApprovals());

        var explanation = world.Orchestrator.Explain(refactor.Id)!;

        Assert.Equal($"refactor: 12 s for named:report, held by tests, which waits 15 s for {request.Id}", explanation.ToString());
        Assert.Equal([refactor.Id, tests.Id], explanation.Links.Select(link => link.Id!.Value));
        Assert.Equal([WaitRelation.Subject, WaitRelation.Holder], explanation.Links.Select(link => link.Relation));
        await world.Orchestrator.AnswerAsync(request.Id, approved: true);
        await world.EndAllAsync(refactor, tests);
    }

    [Fact]
    public async Task Chain_GoesFromParentToChildToGroupMember()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var member = await world.SpawnAsync(Named("member") with { ConcurrencyGroup = "coders" }, new ScriptedAgent().Receive().Pass(gate));
        await world.SettleAsync();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Spawn(Named("child") with { ConcurrencyGroup = "coders" }, new ScriptedAgent()).WaitForChildren());
        await world.AdvanceAsync(5.5);

        Assert.Equal(
            "parent: 5.5 s for its children, namely child, which waits 5.5 s for a place in group 'coders', held by member, which waits 5.5 s for a message",
            world.Orchestrator.Explain(parent.Id)!.ToString());

        await world.Orchestrator.SendAsync(member.Id, "go on");
        await world.SettleAsync();
        Assert.EndsWith("held by member, which is running", world.Orchestrator.Explain(parent.Id)!.ToString());
        gate.Open();
        await world.EndAllAsync(member, parent);
        Assert.Equal("parent is completed", world.Orchestrator.Explain(parent.Id)!.ToString());
    }

    [Fact]
    public async Task Host_IsNamedAsTheHolder()
    {
        await using var world = new World();
        var held = await world.Orchestrator.Locks.AcquireAsync(ResourceRequest.Exclusive("r"));
        var handle = await world.SpawnAsync(Named("agent"), new ScriptedAgent().Acquire("r"));
        await world.AdvanceAsync(1);

        var explanation = world.Orchestrator.Explain(handle.Id)!;

        Assert.Equal("agent: 1 s for named:r, held by host, which is running", explanation.ToString());
        Assert.Null(explanation.Links[1].Id);
        held.Dispose();
        await world.EndAsync(handle);
    }

    [Fact]
    public async Task ForkThatWaits_IsFollowed()
    {
        await using var world = new World();
        var held = await world.Orchestrator.Locks.AcquireAsync(ResourceRequest.Exclusive("r"));
        var handle = await world.SpawnAsync(Named("agent"), new ScriptedAgent().Do(async (context, _) => await context.RunConcurrentlyAsync([async (fork, _) => await fork.Locks.AcquireAsync(ResourceRequest.Exclusive("r"))])));
        await world.SettleAsync();

        Assert.StartsWith("agent: 0 s for named:r, held by host", world.Orchestrator.Explain(handle.Id)!.ToString());
        held.Dispose();
        await world.EndAsync(handle);
    }

    [Fact]
    public async Task SlotRetryAndPause_AreSaidInWords()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var running = await world.SpawnAsync(Named("running"), new ScriptedAgent().Pass(gate));
        var queued = await world.SpawnAsync(Named("queued"), new ScriptedAgent().Throw(new InvalidOperationException()));
        var pausedOne = await world.SpawnAsync(Named("paused"), new ScriptedAgent());
        await world.Orchestrator.PauseAsync(pausedOne.Id);
        await world.AdvanceAsync(2);

        Assert.Equal("running is running", world.Orchestrator.Explain(running.Id)!.ToString());
        Assert.Equal("queued: 2 s for a slot", world.Orchestrator.Explain(queued.Id)!.ToString());
        Assert.Equal("paused: 2 s to be resumed", world.Orchestrator.Explain(pausedOne.Id)!.ToString());
        Assert.Null(world.Orchestrator.Explain(default));
        gate.Open();
        await world.Orchestrator.ResumeAsync(pausedOne.Id);
        await world.EndAllAsync(running, queued, pausedOne);
    }

    private static AgentGoal Named(string name) => new("x") { Name = name };
}
