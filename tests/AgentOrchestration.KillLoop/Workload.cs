using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration.KillLoop;

/// <summary>
/// Goals with tools, steps, children, checkpoints and graphs. An outside ledger has what was acknowledged, and every effect of a tool. Checked in the end: nothing acknowledged is lost, nothing took
/// effect twice, and every result is the one that an undisturbed run has.
/// </summary>
internal static class Workload
{
    private static readonly JsonTypeInfo<int> Int = (JsonTypeInfo<int>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int));

    public static async Task<int> RunAsync(string folder, bool isCheck)
    {
        var acknowledged = Path.Combine(folder, "acknowledged");
        var effects = Path.Combine(folder, "effects");
        using var ledger = new Ledger(acknowledged);
        using var effect = new Ledger(effects);
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 8;
            options.MaxEndedAgents = 1_000_000;
            options.ShutdownDrainPeriod = TimeSpan.FromMinutes(1);
            options.Durability.LeaseDuration = TimeSpan.FromSeconds(1);
            options.UseSqlite(Path.Combine(folder, "orchestration.db")).AddAgent("default", (context, _) => WorkAsync(context, effect)).AddAgent("child", (context, _) => ChildAsync(context, effect));
        });
        var restored = await RestoreAllAsync(orchestrator, isCheck);
        foreach (var problem in restored.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        return isCheck ? await CheckAsync(orchestrator, acknowledged, effects, restored) : await AcceptAsync(orchestrator, ledger);
    }

    // The lease of who was killed lasts a little longer than it did.
    private static async Task<RestoreReport> RestoreAllAsync(AgentOrchestrator orchestrator, bool isCheck)
    {
        var report = await orchestrator.RestoreAsync();
        for (var deadline = DateTime.UtcNow.AddSeconds(20); isCheck && DateTime.UtcNow < deadline;)
        {
            var open = 0;
            await foreach (var run in orchestrator.History!.ListAsync())
            {
                open += run is { EndedAt: null, IsLive: false } ? 1 : 0;
            }

            var more = await orchestrator.RestoreAsync();
            report = report with { Agents = [.. report.Agents, .. more.Agents], Runs = [.. report.Runs, .. more.Runs], Problems = [.. report.Problems, .. more.Problems] };
            if (open == 0 && more.Agents.Count + more.Runs.Count == 0 && await HasOnlyLeaseAsync(orchestrator))
            {
                break;
            }

            await Task.Delay(100);
        }

        return report;
    }

    private static async Task<bool> HasOnlyLeaseAsync(AgentOrchestrator orchestrator)
    {
        // Everything that has not ended is known here, so nobody else has it.
        var here = orchestrator.ListAgents().Select(agent => (agent.RunId?.ToString() ?? "", agent.Id.ToString())).ToList();
        await foreach (var run in orchestrator.History!.ListAsync())
        {
            if (run.EndedAt is null && !here.Exists(agent => agent.Item1 == run.Id || agent.Item2 == run.Id))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<int> AcceptAsync(AgentOrchestrator orchestrator, Ledger ledger)
    {
        var space = Guid.NewGuid().ToString("N")[..8];
        await Parallel.ForEachAsync(Enumerable.Range(0, int.MaxValue), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, ct) =>
        {
            if (number % 10 == 0)
            {
                AgentGoal[] goals = [Goal($"{space}-{number}-a"), Goal($"{space}-{number}-b"), Goal($"{space}-{number}-c") with { DependsOn = [$"{space}-{number}-a"] }];
                var run = await orchestrator.StartAsync(new CoordinationPattern.Graph(), [.. goals.Select(goal => goal with { Name = goal.Description })], cancellationToken: ct);
                ledger.Write("accepted", run.Id.ToString(), "");
                var ended = await run.Completion;
                ledger.Write("ended", run.Id.ToString(), $"{ended.Succeeded} {string.Join(' ', ended.Results.Select(result => result.Output?.Text))}");
                return;
            }

            var handle = await orchestrator.SpawnAsync(Goal($"{space}-{number}"), cancellationToken: ct);
            ledger.Write("accepted", handle.Id.ToString(), handle.Goal.Description);
            var result = await handle.Completion;
            ledger.Write("ended", handle.Id.ToString(), $"{result.State} {result.Output?.Text}");
        });
        return 0;
    }

    private static AgentGoal Goal(string description) => new(description) { Budget = new AgentBudget { MaxToolCalls = 100 } };

    private static async Task<AgentOutput> WorkAsync(AgentContext context, Ledger effects)
    {
        var child = await context.SpawnAsync(new AgentGoal($"child of {context.Goal.Description}") { Agent = "child" });
        var sum = 0;
        for (var i = await context.LoadCheckpointAsync(Int); i < 3; i++)
        {
            await EffectAsync(context, effects, "effect");
            await context.SaveCheckpointAsync(i + 1, Int);
        }

        sum += await context.RunStepAsync("length", (_, _) => ValueTask.FromResult(context.Goal.Description.Length), Int);
        await context.RunConcurrentlyAsync([(fork, _) => EffectAsync(fork, effects, "left"), (fork, _) => EffectAsync(fork, effects, "right")]);
        var result = await context.WaitForAsync(child);
        return Expected(context.Goal.Description, sum, result.Output?.Text);
    }

    private static async Task<AgentOutput> ChildAsync(AgentContext context, Ledger effects)
    {
        await EffectAsync(context, effects, "child");
        return context.Goal.Description;
    }

    private static async Task EffectAsync(AgentContext context, Ledger effects, string tool) => await context.RunToolAsync(
        new ToolCall(tool),
        (running, _) =>
        {
            effects.Write(running.OperationKey!);
            return ValueTask.FromResult("done");
        });

    private static string Expected(string description, int sum, string? child) => string.Create(CultureInfo.InvariantCulture, $"{description}:{sum}:{child}");

    private static async Task<int> CheckAsync(AgentOrchestrator orchestrator, string acknowledged, string effects, RestoreReport restored)
    {
        var faults = new List<string>(restored.Problems);
        foreach (var agent in restored.Agents)
        {
            await agent.Completion.WaitAsync(TimeSpan.FromMinutes(2));
        }

        foreach (var run in restored.Runs)
        {
            await run.Completion.WaitAsync(TimeSpan.FromMinutes(2));
        }

        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var run in orchestrator.History!.ListAsync())
        {
            if (run.EndedAt is null)
            {
                faults.Add($"{run.Id} has not ended");
            }

            stored.Add(run.Id, await EndOfAsync(orchestrator, run.Id, faults));
        }

        var ledger = Ledger.Read(acknowledged);
        foreach (var line in ledger)
        {
            if (!stored.TryGetValue(line[1], out var end))
            {
                faults.Add($"{line[1]} was acknowledged and is lost");
            }
            else if (line[0] == "ended" && end != line[2])
            {
                faults.Add($"{line[1]} ended as '{line[2]}', and is stored as '{end}'");
            }
        }

        var done = Ledger.Read(effects);
        faults.AddRange(done.GroupBy(static line => line[0], StringComparer.Ordinal).Where(static same => same.Count() > 1).Select(static same => $"{same.Key} took effect {same.Count()} times"));
        faults.ForEach(Console.Error.WriteLine);
        Console.WriteLine($"{ledger.Count(static line => line[0] == "accepted")} acknowledged goals, {ledger.Count(static line => line[0] == "ended")} acknowledged ends, {stored.Count} stored, {restored.Agents.Count + restored.Runs.Count} gone on with at the end, {done.Count} effects, {faults.Count} faults");
        return faults.Count == 0 && ledger.Count > 0 ? 0 : 1;
    }

    // The end as the ledger has it, and whether it is what an undisturbed agent comes to.
    private static async Task<string> EndOfAsync(AgentOrchestrator orchestrator, string id, List<string> faults)
    {
        var results = new List<AgentResult>();
        RunCompleted? completed = null;
        await foreach (var fact in orchestrator.History!.ReadAsync(id))
        {
            if (fact.Damage is { } damage)
            {
                faults.Add($"{id}: {damage}");
            }

            switch (fact.Event)
            {
                case AgentCompleted { ParentId: null } ended:
                    results.Add(ended.Result);
                    break;
                case AgentFailed { ParentId: null } failed:
                    results.Add(failed.Result);
                    break;
                case RunCompleted run:
                    completed = run;
                    break;
            }
        }

        foreach (var result in results)
        {
            var description = result.Goal.Description;
            if (result.Output?.Text != Expected(description, description.Length, $"child of {description}"))
            {
                faults.Add($"{result} of '{description}' has the output '{result.Output?.Text}' and the error {result.Error?.Message}");
            }
        }

        results.Sort(static (x, y) => string.CompareOrdinal(x.Goal.Description, y.Goal.Description));
        return completed is null ? $"{results.FirstOrDefault()?.State} {results.FirstOrDefault()?.Output?.Text}" : $"{completed.Succeeded} {string.Join(' ', results.Select(static result => result.Output?.Text))}";
    }
}
