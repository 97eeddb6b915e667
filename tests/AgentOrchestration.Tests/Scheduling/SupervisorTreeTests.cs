using System.Globalization;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>INV-17: a supervisor tree of any shape and depth finishes with capacity 1 and every other limit at its minimum.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class SupervisorTreeTests
{
    private sealed record Tree(int Wait, IReadOnlyList<Tree> Children)
    {
        public int Depth => Children.Count == 0 ? 0 : 1 + Children.Max(child => child.Depth);

        public int Size => 1 + Children.Sum(child => child.Size);
    }

    private static Gen<Tree> Trees(int depth) => depth == 0
        ? Gen.Int[0, 5].Select(wait => new Tree(wait, []))
        : Gen.Select(Gen.Int[0, 5], Trees(depth - 1).List[0, 3]).Select((wait, children) => new Tree(wait, children));

    [Fact]
    public async Task INV17_TreesOfAnyShape_FinishWithEveryLimitAtItsMinimum() =>
        await Gen.Select(Trees(3), Trees(3), Gen.Bool, Gen.Bool).SampleAsync(async (first, second, grouped, locked) =>
        {
            await using var world = new World(capacity: 1, options =>
            {
                options.MaxStartedAgents = 1;
                options.MaxSpawnDepth = Math.Max(first.Depth, second.Depth);
                options.MaxQueuedAgents = 2;
            });
            var handles = new[]
            {
                await world.SpawnAsync(Goal(grouped ? "g" : null), new Supervisor(first, locked)),
                await world.SpawnAsync(Goal(grouped ? "g" : null), new Supervisor(second, locked)),
            };

            var results = await world.EndAllAsync(handles);

            return results[0].Output?.Text == $"{first.Size}" && results[1].Output?.Text == $"{second.Size}";
        }, iter: 60, threads: 1);

    [Fact]
    public async Task INV17_TreesThatDelegateTheirDirectories_AndLeavesThatClaim_FinishWithEveryLimitAtItsMinimum() =>
        await Gen.Select(Trees(3), Trees(3)).SampleAsync(async (first, second) =>
        {
            await using var world = new World(capacity: 1, options =>
            {
                options.MaxStartedAgents = 1;
                options.MaxSpawnDepth = Math.Max(first.Depth, second.Depth);
            });
            var handles = new[]
            {
                await world.SpawnAsync(new AgentGoal("x") { Resources = [new ResourceRequest(ResourceKey.Directory("tree"))] }, new Delegator(first, "tree")),
                await world.SpawnAsync(new AgentGoal("x") { Resources = [new ResourceRequest(ResourceKey.Directory("tree"))] }, new Delegator(second, "tree")),
            };

            var results = await world.EndAllAsync(handles);

            return results[0].Output?.Text == $"{first.Size}" && results[1].Output?.Text == $"{second.Size}";
        }, iter: 40, threads: 1);

    [Fact]
    public async Task INV17_DeepChain_FinishesWithCapacityOne()
    {
        await using var world = new World(capacity: 1, options => options.MaxSpawnDepth = 200);
        var tree = new Tree(0, []);
        for (var i = 0; i < 200; i++)
        {
            tree = new Tree(0, [tree]);
        }

        var result = await world.EndAsync(await world.SpawnAsync(new Supervisor(tree, locks: true)));

        Assert.Equal("201", result.Output!.Text);
    }

    // Counts the agents of its tree; each holds a directory of its own, which its parent has lent it from within its own one.
    private sealed class Delegator(Tree tree, string directory) : IAgent
    {
        public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
        {
            await using var own = await context.Locks.AcquireDirectoryAsync(directory, cancellationToken: cancellationToken);
            var children = new List<ChildAgent>();
            foreach (var child in tree.Children)
            {
                var path = $"{directory}/{children.Count}";
                var lent = await context.Locks.AcquireDirectoryAsync(path, cancellationToken: cancellationToken);
                var goal = new AgentGoal("x") { Resources = child.Children.Count == 0 ? [ResourceRequest.Exclusive("all leaves")] : [] };
                children.Add(await context.SpawnAsync(goal, new Delegator(child, path), lend: [lent]));
            }

            var results = await context.WaitForAllAsync(children);
            return $"{1 + results.Sum(static result => int.Parse(result.Output?.Text ?? throw new InvalidOperationException(result.Error?.Message), CultureInfo.InvariantCulture))}";
        }
    }

    private static AgentGoal Goal(string? group) => new("x") { ConcurrencyGroup = group };

    // Counts the agents of its tree, waiting for its children in one of several ways, and using a lock that all use.
    private sealed class Supervisor(Tree tree, bool locks) : IAgent
    {
        public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
        {
            if (locks)
            {
                await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("shared by all"), cancellationToken: cancellationToken);
                await Task.Yield();
            }

            var size = 1;
            switch (tree.Wait)
            {
                case 0:
                    var all = new List<ChildAgent>();
                    foreach (var child in tree.Children)
                    {
                        all.Add(await SpawnAsync(context, child));
                    }

                    size += (await context.WaitForAllAsync(all)).Sum(SizeOf);
                    break;
                case 1:
                    foreach (var child in tree.Children)
                    {
                        size += SizeOf(await context.WaitForAsync(await SpawnAsync(context, child)));
                    }

                    break;
                case 2:
                    await context.RunConcurrentlyAsync([.. tree.Children.Select(child => (Func<AgentContext, CancellationToken, Task>)(async (fork, _) =>
                        Interlocked.Add(ref size, SizeOf(await fork.WaitForAsync(await SpawnAsync(fork, child))))))]);
                    break;
                case 3:
                    var left = new List<ChildAgent>();
                    foreach (var child in tree.Children)
                    {
                        left.Add(await SpawnAsync(context, child));
                    }

                    while (left.Count > 0)
                    {
                        var result = await context.WaitForAnyAsync(left);
                        size += SizeOf(result);
                        left.RemoveAll(child => child.Id == result.Id);
                    }

                    break;
                default:
                    // Children that nobody waits for before the others have ended.
                    foreach (var child in tree.Children.Reverse())
                    {
                        var spawned = await SpawnAsync(context, child);
                        await Task.Delay(TimeSpan.FromSeconds(1), context.Time, cancellationToken);
                        size += SizeOf(await context.WaitForAsync(spawned));
                    }

                    break;
            }

            return $"{size}";
        }

        private ValueTask<ChildAgent> SpawnAsync(AgentContext context, Tree child) => context.SpawnAsync(context.Goal, new Supervisor(child, locks));

        private static int SizeOf(AgentResult result) => int.Parse(result.Output!.Text);
    }
}
