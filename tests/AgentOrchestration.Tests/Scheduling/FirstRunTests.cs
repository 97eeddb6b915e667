namespace AgentOrchestration.Tests.Scheduling;

public sealed class FirstRunTests
{
    [Fact]
    public async Task FourGoals_RunInParallel_EachEndsOnceWithItsOutput()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
        {
            await Task.Yield();
            context.Report("working", 50);
            return $"done: {context.Goal.Description}";
        }));
        var events = orchestrator.Subscribe(new EventFilter { After = 0 });

        var handles = await orchestrator.SpawnParallelAsync(["a", "b", "c", "d"], TestContext.Current.CancellationToken);
        var results = await orchestrator.WaitAllAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["done: a", "done: b", "done: c", "done: d"], results.Select(r => r.Output!.Text));
        Assert.All(results, r => Assert.True(r.Succeeded));
        Assert.All(handles, h => Assert.Equal(AgentState.Completed, orchestrator.GetStatus(h.Id)!.State));
        await orchestrator.DisposeAsync();
        var kinds = new List<string>();
        await foreach (var e in events)
        {
            kinds.Add(e.EventKind);
        }

        Assert.Equal(16, kinds.Count);
        Assert.Equal(4, kinds.Count(k => k == "agent:completed"));
    }

    [Fact]
    public async Task SupervisorTree_WithCapacityOne_Finishes()
    {
        await using var orchestrator = AgentOrchestrator.Create(o =>
        {
            o.MaxConcurrentAgents = 1;
            o.AddAgent("default", async (context, ct) =>
            {
                var depth = int.Parse(context.Goal.Description);
                if (depth == 0)
                {
                    await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("leaf"));
                    await Task.Yield();
                    return "1";
                }

                var children = new List<ChildAgent>();
                for (var i = 0; i < 3; i++)
                {
                    children.Add(await context.SpawnAsync($"{depth - 1}"));
                }

                var results = await context.WaitForAllAsync(children);
                return results.Sum(r => int.Parse(r.Output!.Text)).ToString();
            });
        });

        var handle = await orchestrator.SpawnAsync("4");
        var result = await handle.Completion.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Null(result.Error);
        Assert.Equal("81", result.Output!.Text);
    }
}
