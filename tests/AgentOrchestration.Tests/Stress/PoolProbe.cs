namespace AgentOrchestration.Tests.Stress;

/// <summary>Agents that wait for all that agents can wait for. Run as it is, and by <see cref="PoolOfOneTests"/> with one pool thread.</summary>
public sealed class PoolProbe
{
    [Fact]
    public async Task WaitsOfEveryKind_Finish()
    {
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 2;
            options.AddAgent("default", async (context, cancellationToken) =>
            {
                var child = await context.SpawnAsync(new AgentGoal("leaf") { Agent = "leaf" });
                await using (await context.Locks.AcquireAsync(ResourceRequest.Exclusive("shared"), cancellationToken: cancellationToken))
                {
                    await Task.Yield();
                }

                await context.RunConcurrentlyAsync([async (fork, _) => await fork.ReceiveAsync(), async (fork, _) => await fork.RequestApprovalAsync("go on")]);
                return (await context.WaitForAsync(child)).Output!;
            });
            options.AddAgent("leaf", async (context, _) =>
            {
                await Task.Yield();
                return context.Goal.Description;
            });
        });
        var events = orchestrator.Subscribe(new EventFilter { Kinds = ["agent:spawned", "approval:requested"] });
        var answering = Task.Run(async () =>
        {
            var answered = 0;
            await foreach (var e in events)
            {
                if (e is ApprovalRequested { Request: var request })
                {
                    await orchestrator.SendAsync(request.AgentId, "go on");
                    await orchestrator.AnswerAsync(request.Id, approved: true);
                    if (++answered == 20)
                    {
                        return;
                    }
                }
            }
        });

        await orchestrator.SpawnParallelAsync([.. Enumerable.Range(0, 20).Select(i => new AgentGoal($"goal {i}"))]);
        var results = await orchestrator.WaitAllAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await answering;

        Assert.Equal(40, results.Count);
        Assert.All(results, result => Assert.True(result.Succeeded, result.Error?.Message));
    }
}
