using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>Runs of plans in small situations, under every order that Coyote chooses.</summary>
internal static class RunSchedules
{
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();
    private static readonly ResourceRequest Report = ResourceRequest.Exclusive("report");

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
}
