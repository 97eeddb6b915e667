using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>Runs of plans in small situations, under every order that Coyote chooses.</summary>
internal static class RunSchedules
{
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();
    private static readonly ResourceRequest Report = ResourceRequest.Exclusive("report");
    private static readonly AgentCondition Judged = AgentConditions.That(static async (_, _) =>
    {
        await Task.Yield();
        return true;
    });

    /// <summary>INV-12: an agent that awaits a run whose goal wants what the agent holds: whoever waits last, or is left when the sibling ends, is refused, and all end.</summary>
    public static async Task RunWantsWhatItsAgentHolds()
    {
        var world = new World(2, static async (world, context, _) =>
        {
            switch (context.Goal.Description)
            {
                case "lead":
                    await AwaitRunHoldingAsync(world, context, [Goal("sibling"), Goal("take")]);
                    break;
                case "take":
                    await context.Locks.AcquireAsync(Report);
                    break;
                default:
                    await world.WorkAsync(context);
                    break;
            }

            return "done";
        });
        var lead = await world.Orchestrator.SpawnAsync("lead");
        var result = await world.EndOfAsync(lead);
        Specification.Assert(result.Succeeded, $"The lead failed: {result.Error?.Message}");
        var refused = (await world.EndAsync()).OfType<DeadlockRefused>().Count();
        Specification.Assert(refused == 1, $"{refused} were refused");
    }

    /// <summary>INV-12: while a sibling may still fail, which cancels the one that is stuck, nobody is refused, at no moment.</summary>
    public static async Task RunSiblingFailsFast()
    {
        var world = new World(2, static async (world, context, _) =>
        {
            switch (context.Goal.Description)
            {
                case "lead":
                    await AwaitRunHoldingAsync(world, context, [Goal("take"), Goal("work"), Goal("fail", "work")]);
                    break;
                case "take":
                    await context.Locks.AcquireAsync(Report);
                    break;
                case "fail":
                    throw new InvalidOperationException("It fails.");
            }

            return "done";
        });
        var lead = await world.Orchestrator.SpawnAsync("lead");
        var result = await world.EndOfAsync(lead);
        Specification.Assert(result.Succeeded, $"The lead failed: {result.Error?.Message}");
        var refused = (await world.EndAsync()).OfType<DeadlockRefused>().Count();
        Specification.Assert(refused == 0, $"{refused} were refused, and the sibling could still fail");
    }

    /// <summary>INV-29: goals that are added while those they follow end, and while the run ends: what is accepted is worked on, in order, and what is refused leaves no trace.</summary>
    public static async Task RunGrowsAtItsEnd()
    {
        var world = new World(2, static (_, _, _) => Task.FromResult<AgentOutput>("done"));
        AgentGoal[] first = [Goal("a"), Goal("b", "a")];
        var run = await world.Orchestrator.StartAsync(Graph, first);
        var growing = Task.Run(() => TryAddAsync(run, Goal("c", "a"), Goal("d", "c", "b")));
        var growingToo = Task.Run(async () => (AgentGoal[])[.. await TryAddAsync(run, Goal("e")), .. await TryAddAsync(run, Goal("f", "b"))]);
        await Task.WhenAll(new[] { growing, growingToo });
        var result = await world.EndOfAsync(run);
        var history = await world.EndAsync();
        AgentGoal[] all = [.. first, .. await growing, .. await growingToo];
        RunHistory.CheckResult(history, result, [.. all.Select(static goal => goal.Name!)]);
        RunHistory.CheckOrder(history, all);
        Specification.Assert(result.Succeeded && result.Skipped.Count == 0, $"{result.Skipped.Count} were skipped");
        Specification.Assert(history.OfType<RunGrown>().Sum(static grown => grown.Added.Count) == all.Length - first.Length, "What was refused is in the history");

        static async Task<AgentGoal[]> TryAddAsync(OrchestrationRun run, params AgentGoal[] goals)
        {
            try
            {
                await run.AddGoalsAsync(goals);
                return goals;
            }
            catch (GoalRefusedException)
            {
                return [];
            }
        }
    }

    /// <summary>INV-30: a failure that stops the run while siblings complete, start and wait for a slot: finished results are kept, and nothing starts after the stop.</summary>
    public static async Task RunFailsFast()
    {
        var world = new World(2, WorkAsync);
        AgentGoal[] goals = [Goal("a"), Goal("fail"), Goal("b"), Goal("c"), Goal("d", "a"), Goal("e", "d")];
        var run = await world.Orchestrator.StartAsync(Graph, goals, new OrchestrationRunOptions { Failure = new FailurePolicy.FailFast() });
        var result = await world.EndOfAsync(run);
        var history = await world.EndAsync();
        Specification.Assert(!result.Succeeded && result.Find("fail")!.State == AgentState.Failed, "It failed, and the result does not say so");
        RunHistory.CheckResult(history, result, [.. goals.Select(static goal => goal.Name!)]);
        RunHistory.CheckOrder(history, goals);
    }

    /// <summary>INV-16, INV-29: a run that is cancelled while it starts, judges and ends: it is cancelled if the call says so, and nothing starts afterwards.</summary>
    public static async Task RunCancelled()
    {
        var world = new World(1, WorkAsync);
        AgentGoal[] goals = [Goal("a"), Goal("b"), Goal("c", "a") with { When = Judged }, Goal("d", "c")];
        var run = await world.Orchestrator.StartAsync(Graph, goals);
        var cancelling = Task.Run(() => run.CancelAsync());
        var cancelsAll = SchedulingChoice();
        var cancellingAll = cancelsAll ? Task.Run(() => world.Orchestrator.CancelAllAsync()) : Task.CompletedTask;
        await Task.WhenAll(new[] { cancelling, cancellingAll });
        var result = await world.EndOfAsync(run);
        var history = await world.EndAsync();
        Specification.Assert(result.Cancelled == await cancelling || (cancelsAll && result.Cancelled), $"CancelAsync returned {await cancelling}, and cancelled is {result.Cancelled}");
        RunHistory.CheckResult(history, result, [.. goals.Select(static goal => goal.Name!)]);
        RunHistory.CheckOrder(history, goals);
    }

    /// <summary>INV-17: a supervisor that delegates more than it may have at once, with a slot for one, and is cancelled or not: all end.</summary>
    public static async Task RunDelegates()
    {
        var world = new World(1, static async (world, context, token) =>
        {
            if (context.Goal.Name != "boss")
            {
                return await WorkAsync(world, context, token);
            }

            var delegated = new[] { await context.DelegateAsync("worker"), await context.DelegateAsync("worker") };
            return (await context.WaitForAllAsync(delegated)).Count(static result => result.Succeeded).ToString(System.Globalization.CultureInfo.InvariantCulture);
        });
        var run = await world.Orchestrator.StartAsync(new CoordinationPattern.SupervisorWorker("boss", MaxWorkers: 1), [Goal("boss"), Goal("worker")]);
        var cancelling = SchedulingChoice() ? Task.Run(() => run.CancelAsync()) : Task.FromResult(false);
        await Task.WhenAll(new[] { cancelling });
        var result = await world.EndOfAsync(run);
        await world.EndAsync();
        Specification.Assert(result.Cancelled == await cancelling, $"CancelAsync returned {await cancelling}, and cancelled is {result.Cancelled}");
        Specification.Assert(result.Cancelled || result.Output!.Text.Contains('2', StringComparison.Ordinal), $"It was not cancelled, and the output is {result.Output?.Text}");
    }

    private static async Task<AgentOutput> WorkAsync(World world, AgentContext context, CancellationToken cancellationToken)
    {
        await world.WorkAsync(context);
        cancellationToken.ThrowIfCancellationRequested();
        return context.Goal.Description == "fail" ? throw new InvalidOperationException("It fails.") : "done";
    }

    private static async Task AwaitRunHoldingAsync(World world, AgentContext context, AgentGoal[] goals)
    {
        await using var guard = await context.Locks.AcquireAsync(Report);
        try
        {
            await world.Orchestrator.RunAsync(Graph, goals, new OrchestrationRunOptions { Failure = new FailurePolicy.FailFast() });
        }
        catch (ResourceDeadlockException)
        {
            // Then no agent of the run was refused.
        }
    }

    private static AgentGoal Goal(string name, params string[] after) => new(name) { Name = name, DependsOn = after };

    private static bool SchedulingChoice() => Microsoft.Coyote.Random.Generator.Create().NextBoolean();
}
