using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class MailTests
{
    [Fact]
    public async Task Messages_AreReadInTheOrderOfTheirCalls()
    {
        await using var world = new World();
        var (gate, read) = (new AgentGate(), new List<string>());
        var handle = await world.SpawnAsync(new ScriptedAgent().Pass(gate).Do(async (context, _) =>
        {
            Assert.True(context.TryReceive(out var first));
            read.Add(first.Text);
            read.Add((await context.ReceiveAsync()).Text);
            read.Add((await context.ReceiveAsync()).Text);
            Assert.False(context.TryReceive(out var none));
            read.Add((await context.ReceiveAsync()).Text);
        }));
        foreach (var text in new[] { "1", "2", "3" })
        {
            Assert.True(await world.Orchestrator.SendAsync(handle.Id, text));
        }

        gate.Open();
        await world.SettleAsync();
        Assert.True(await world.Orchestrator.SendAsync(handle.Id, "4"));
        await world.EndAsync(handle);

        Assert.Equal(["1", "2", "3", "4"], read);
        Assert.Equal(["1", "2", "3", "4"], world.Events.Events.OfType<AgentMessageAccepted>().Select(e => e.Message.Text));
        Assert.False(await world.Orchestrator.SendAsync(handle.Id, "too late"));
    }

    [Fact]
    public async Task Mailbox_IsBounded()
    {
        await using var world = new World(configure: options => options.MaxMailboxMessages = 2);
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Pass(gate).Receive().Receive());

        var sent = new List<bool>();
        for (var i = 0; i < 3; i++)
        {
            sent.Add(await world.Orchestrator.SendAsync(handle.Id, $"{i}"));
        }

        Assert.Equal([true, true, false], sent);
        gate.Open();
        await world.EndAsync(handle);
        Assert.False(await world.Orchestrator.SendAsync(default, "nobody"));
    }

    [Fact]
    public async Task UnreadMessages_SurviveTheAttempt()
    {
        await using var world = new World();
        var (gate, read) = (new AgentGate(), new List<string>());
        var handle = await world.SpawnAsync(
            new AgentGoal("x") { Retry = new() { MaxAttempts = 2 } },
            new ScriptedAgent().Pass(gate).ThrowOnFirst(1, new InvalidOperationException()).Receive(message => read.Add(message.Text)).Receive(message => read.Add(message.Text)));
        await world.SettleAsync();
        await world.Orchestrator.SendAsync(handle.Id, "during the first");
        gate.Open();
        await world.SettleAsync();
        await world.Orchestrator.SendAsync(handle.Id, "between");

        await world.EndAsync(handle);

        Assert.Equal(["during the first", "between"], read);
    }

    [Fact]
    public async Task MessageThatAFailingAttemptNoLongerTook_IsThereForTheNext()
    {
        await using var world = new World(capacity: 1);
        var (gate, blocked) = (new AgentGate(), new AgentGate());
        AgentMessage? read = null;
        var handle = await world.SpawnAsync(
            new AgentGoal("x") { Retry = new() { MaxAttempts = 2 } },
            new ScriptedAgent().Do(async (context, ct) =>
            {
                if (context.Attempt == 2)
                {
                    Assert.True(context.TryReceive(out read));
                    return;
                }

                // Given to this wait, which lacks only a slot when the attempt fails.
                _ = context.ReceiveAsync().AsTask();
                await gate.PassAsync(ct);
            }));
        await world.SettleAsync();
        var blocker = await world.SpawnAsync(new ScriptedAgent().Pass(blocked));
        await world.SettleAsync();
        Assert.True(await world.Orchestrator.SendAsync(handle.Id, "not lost"));
        await world.SettleAsync();
        gate.Open();
        await world.SettleAsync();
        blocked.Open();

        Assert.Null((await world.EndAsync(handle)).Error);
        Assert.Equal("not lost", read!.Text);
        await world.EndAsync(blocker);
    }

    [Fact]
    public async Task Sender_IsTheAgentInWhoseFlowItWasSent()
    {
        await using var world = new World();
        AgentMessage? first = null;
        AgentMessage? second = null;
        var receiver = await world.SpawnAsync(new ScriptedAgent().Receive(message => first = message).Receive(message => second = message));
        await world.SettleAsync();
        await world.Orchestrator.SendAsync(receiver.Id, new AgentMessage("from the host") { From = receiver.Id });
        var sender = await world.SpawnAsync(new ScriptedAgent().Do(async (_, _) => await world.Orchestrator.SendAsync(receiver.Id, "from an agent")));

        await world.EndAllAsync(sender, receiver);

        Assert.Equal((null, sender.Id), (first!.From, second!.From));
    }
}
