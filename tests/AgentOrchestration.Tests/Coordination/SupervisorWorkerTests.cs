using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using CsCheck;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

[Collection(SimulatedTimeCollection.Name)]
public sealed class SupervisorWorkerTests
{
    private static readonly CoordinationPattern Team = new CoordinationPattern.SupervisorWorker("boss");

    [Fact]
    public async Task TheSupervisor_DelegatesByName_AsOftenAsItLikes_AndSeesTheResults()
    {
        await using var world = Supervised(async context =>
        {
            var first = await context.DelegateAsync("echo", "one");
            var second = await context.DelegateAsync("echo", "two");
            var third = await context.DelegateAsync("echo");
            var results = await context.WaitForAllAsync([first, second, third]);
            return string.Join(",", results.Select(result => result.Output!.Text).Append(string.Join("+", context.Workers)));
        });

        var result = await world.RunAsync(Team, [Goal("boss", "boss"), Goal("echo"), Goal("idle")]);

        Assert.True(result.Succeeded);
        Assert.Equal("one,two,echo,echo+idle", result.Output!.Text);
        Assert.Equal(["boss"], result.NamesOf());
        Assert.Equal(["one", "two", "echo"], result.Delegated.Select(work => work.Output!.Text));
        Assert.Equal([("idle", SkipReason.NotDelegated)], result.SkipsOf());
        Assert.All(result.Delegated, work => Assert.Equal((result.RunId, result.Results[0].Id), (world.Orchestrator.GetStatus(work.Id)!.RunId!.Value, world.Orchestrator.GetStatus(work.Id)!.ParentId!.Value)));
    }

    [Fact]
    public async Task BeyondMaxWorkers_TheSupervisorWaits_WithoutASlot()
    {
        await using var world = Supervised(async context =>
        {
            var all = new List<ChildAgent>();
            for (var i = 0; i < 5; i++)
            {
                all.Add(await context.DelegateAsync("wait", "1"));
            }

            await context.WaitForAllAsync(all);
            return "done";
        });

        var result = await world.RunAsync(new CoordinationPattern.SupervisorWorker("boss", MaxWorkers: 2), [Goal("boss", "boss"), Wait("wait", 1)]);

        Assert.True(result.Succeeded);
        Assert.Equal(TimeSpan.FromSeconds(3), result.Duration);
    }

    [Fact]
    public async Task TheSupervisor_WaitsForAny_AndCancelsOne()
    {
        await using var world = Supervised(async context =>
        {
            var slow = await context.DelegateAsync("wait", "60");
            var quick = await context.DelegateAsync("wait", "1");
            var first = await context.WaitForAnyAsync([slow, quick]);
            await context.CancelChildAsync(slow, "too slow");
            return $"{first.Output!.Text},{(await context.WaitForAsync(slow)).CancelReason}";
        });

        var result = await world.RunAsync(Team, [Goal("boss", "boss"), Wait("wait", 1)]);

        Assert.Equal("1,too slow", result.Output!.Text);
        Assert.Equal(TimeSpan.FromSeconds(1), result.Duration);
        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task Limits_AreKept_AndSayWhich()
    {
        var refusals = new List<(GoalRefusal, string)>();
        await using var world = Supervised(
            async context =>
            {
                await context.WaitForAsync(await context.DelegateAsync("deep"));
                await context.WaitForAsync(await context.DelegateAsync("echo"));
                await NoteAsync(() => context.DelegateAsync("echo"));
                return "done";
            },
            options => options.AddAgent("deep", async (context, _) =>
            {
                await NoteAsync(() => context.DelegateAsync("echo"));
                return "deep";
            }));

        await world.RunAsync(new CoordinationPattern.SupervisorWorker("boss", MaxDelegations: 2), [Goal("boss", "boss"), Goal("deep", "deep"), Goal("echo")]);

        Assert.Equal([GoalRefusal.TooDeep, GoalRefusal.TooManyGoals], refusals.Select(refusal => refusal.Item1));
        Assert.Contains("MaxDepth is 1", refusals[0].Item2);
        Assert.Contains("MaxDelegations is 2", refusals[1].Item2);

        async Task NoteAsync(Func<ValueTask<ChildAgent>> delegateAsync)
        {
            var refused = await Assert.ThrowsAsync<GoalRefusedException>(async () => await delegateAsync());
            refusals.Add((refused.Reason, refused.Message));
        }
    }

    [Fact]
    public async Task TheSupervisorsBudget_IsSharedWithItsWorkers()
    {
        await using var world = NewWorld(configure: static options => options
            .AddAgent("asks", static async (context, _) =>
            {
                using var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(InputTokens: 1, MaxOutputTokens: 1));
                call.Complete(1, 1);
                return "asked";
            })
            .AddAgent("delegates", static async (context, _) =>
            {
                for (var i = 0; i < 3; i++)
                {
                    await context.WaitForAsync(await context.DelegateAsync("worker"));
                }

                return "done";
            }));

        var result = await world.RunAsync(new CoordinationPattern.SupervisorWorker("boss"), [Goal("boss", "delegates") with { Budget = new AgentBudget { MaxModelCalls = 2 } }, Goal("worker", "asks")]);

        Assert.Equal([null, null, AgentErrorCodes.BudgetExceeded], result.Delegated.Select(work => work.Error?.Code));
        Assert.Equal(2, result.Usage.ModelCalls);
    }

    [Fact]
    public async Task UnknownWorkers_AndAgentsWithoutAny_AreToldSo()
    {
        await using var world = Supervised(async context =>
        {
            await context.DelegateAsync("nobody");
            return "";
        });

        Assert.Contains("There is no worker 'nobody'. Workers: echo.", (await world.RunAsync(Team, [Goal("echo"), Goal("boss", "boss")])).Results[0].Error!.Message);
        Assert.Contains("has no supervisor", (await world.RunAsync(new CoordinationPattern.Parallel(), [Goal("x", "boss")])).Results[0].Error!.Message);
        Assert.Contains("has no workers", (await world.EndAsync(await world.Orchestrator.SpawnAsync(Goal("x", "boss")))).Error!.Message);
    }

    [Fact]
    public async Task WorkersAddedToTheRun_CanBeDelegatedTo()
    {
        await using var world = Supervised(async context =>
        {
            await context.AddGoalsAsync([Goal("new")]);
            return (await context.WaitForAsync(await context.DelegateAsync("new"))).Output!.Text + context.Workers.Count;
        });

        Assert.Equal("new2", (await world.RunAsync(Team, [Goal("boss", "boss"), Goal("echo")])).Output!.Text);
    }

    [Fact]
    public async Task WhenTheSupervisorFails_ItsWorkersAreCancelled_AndTheirResultsKept()
    {
        await using var world = Supervised(async context =>
        {
            await context.WaitForAsync(await context.DelegateAsync("wait", "1"));
            await context.DelegateAsync("wait", "60");
            throw new InvalidOperationException("no");
        });

        var result = await world.RunAsync(Team, [Goal("boss", "boss"), Wait("wait", 1)]);

        Assert.False(result.Succeeded);
        Assert.Equal([AgentState.Completed, AgentState.Cancelled], result.Delegated.Select(work => work.State));
    }

    private sealed record Tree(IReadOnlyList<Tree> Children)
    {
        public int Depth => Children.Count == 0 ? 0 : 1 + Children.Max(child => child.Depth);

        public int Size => 1 + Children.Sum(child => child.Size);
    }

    private static Gen<Tree> Trees(int depth) => depth == 0 ? Gen.Const(new Tree([])) : Trees(depth - 1).List[0, 3].Select(children => new Tree(children));

    /// <summary>INV-17, for delegation: a tree of supervisors finishes with one slot and one worker at a time, however it waits.</summary>
    [Fact]
    public async Task INV17_TreesOfDelegation_FinishWithCapacityOneAndOneWorkerAtATime() =>
        await Gen.Select(Trees(3), Gen.Int[1, 3], Gen.Int[0, 2]).SampleAsync(async (tree, maxWorkers, waits) =>
        {
            await using var world = new World(capacity: 1, options =>
            {
                options.MaxStartedAgents = 1;
                options.MaxQueuedAgents = 1;
                options.AddAgent("node", (context, _) => RunNodeAsync(context, waits));
            });
            var pattern = new CoordinationPattern.SupervisorWorker("boss", maxWorkers, MaxDepth: Math.Max(1, tree.Depth), MaxDelegations: Math.Max(1, tree.Size - 1));

            var result = await world.RunAsync(pattern, [new AgentGoal(Write(tree)) { Name = "boss", Agent = "node" }, Goal("worker", "node")]);

            return result.Succeeded && result.Output!.Text == $"{tree.Size}" && result.Delegated.Count == tree.Size - 1;
        }, iter: 40, threads: 1);

    // Counts the agents of the tree that its description draws.
    private static async Task<AgentOutput> RunNodeAsync(AgentContext context, int waits)
    {
        var size = 1;
        var branches = Read(context.Goal.Description);
        switch (waits)
        {
            case 0:
                var all = new List<ChildAgent>();
                foreach (var branch in branches)
                {
                    all.Add(await context.DelegateAsync("worker", branch));
                }

                size += (await context.WaitForAllAsync(all)).Sum(SizeOf);
                break;
            case 1:
                foreach (var branch in branches)
                {
                    size += SizeOf(await context.WaitForAsync(await context.DelegateAsync("worker", branch)));
                }

                break;
            default:
                await context.RunConcurrentlyAsync([.. branches.Select(branch => (Func<AgentContext, CancellationToken, Task>)(async (fork, _) =>
                    Interlocked.Add(ref size, SizeOf(await fork.WaitForAsync(await fork.DelegateAsync("worker", branch))))))]);
                break;
        }

        return $"{size}";
    }

    private static int SizeOf(AgentResult result) => int.Parse(result.Output!.Text);

    private static string Write(Tree tree) => $"({string.Concat(tree.Children.Select(Write))})";

    private static IEnumerable<string> Read(string tree)
    {
        for (int i = 1, depth = 0, start = 1; i < tree.Length - 1; i++)
        {
            depth += tree[i] == '(' ? 1 : -1;
            if (depth == 0)
            {
                yield return tree[start..(i + 1)];
                start = i + 1;
            }
        }
    }

    private static World Supervised(Func<AgentContext, Task<AgentOutput>> supervise, Action<AgentOrchestrationOptions>? configure = null) => NewWorld(configure: options =>
    {
        options.AddAgent("boss", (context, _) => supervise(context));
        configure?.Invoke(options);
    });

    private static World Supervised(Func<AgentContext, Task<string>> supervise, Action<AgentOrchestrationOptions>? configure = null) =>
        Supervised(async Task<AgentOutput> (context) => await supervise(context), configure);
}
