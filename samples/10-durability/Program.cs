using System.Diagnostics;
using AgentOrchestration;
using Durability;

return args is ["work", var folder] ? await WorkAsync(folder) : Supervise();

// Starts the program twice as a process of its own: the first dies, the second finishes.
static int Supervise()
{
    var folder = Directory.CreateTempSubdirectory("durability-").FullName;
    try
    {
        Console.WriteLine("First process:");
        var first = Start(folder);
        Console.WriteLine($"It is dead, with exit code {first}.\n\nSecond process:");
        var second = Start(folder);
        var wrong = new List<string>();
        if (first == 0)
            wrong.Add("the first process should have died");
        if (second != 0)
            wrong.Add($"the second process ended with exit code {second}");

        var lines = File.ReadAllLines(Path.Combine(folder, "effects"));
        foreach (var twice in lines.GroupBy(line => line.Split(' ')[0], StringComparer.Ordinal).Where(same => same.Count() > 1))
            wrong.Add($"{twice.Key} was done {twice.Count()} times");
        if (lines.Length != 10)
            wrong.Add($"there are {lines.Length} effects instead of 10");

        wrong.ForEach(Console.Error.WriteLine);
        Console.WriteLine(wrong.Count == 0 ? "\nTen goals, ten effects, none twice." : "");
        return wrong.Count == 0 ? 0 : 1;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

static int Start(string folder)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!) { ArgumentList = { "work", folder } };
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        start.ArgumentList.Insert(0, typeof(Program).Assembly.Location);
    using var process = Process.Start(start)!;
    process.WaitForExit();
    return process.ExitCode;
}

static async Task<int> WorkAsync(string folder)
{
    var effects = Path.Combine(folder, "effects");
    var isFirst = !File.Exists(effects);
    await using var orchestrator = AgentOrchestrator.Create(options =>
    {
        options.MaxConcurrentAgents = 2;
        options.Durability.LeaseDuration = TimeSpan.FromSeconds(2);
        options.UseSqlite(Path.Combine(folder, "orchestration.db")).AddAgent("default", (context, ct) => PublishAsync(context, effects, ct));
    });

    OrchestrationRun run;
    if (isFirst)
    {
        // A chain of five, and five that follow the third.
        var goals = Enumerable.Range(1, 10).Select(i => new AgentGoal($"Publish chapter {i}") { Name = $"chapter-{i}", DependsOn = i == 1 ? [] : [$"chapter-{(i <= 5 ? i - 1 : 3)}"] });
        run = await orchestrator.StartAsync(new CoordinationPattern.Graph(), [.. goals], new OrchestrationRunOptions { Name = "book" });
        Console.WriteLine($"  {run.Id} started");
        _ = DieInTheMiddleAsync(run);
    }
    else
    {
        // The lease of the dead process lasts a little longer than it did; whoever waits takes over then.
        var report = await orchestrator.RestoreAsync();
        while (report.Runs.Count == 0)
        {
            await Task.Delay(500);
            report = await orchestrator.RestoreAsync();
        }

        run = report.Runs[0];
        Console.WriteLine($"  {run.Id} goes on");
        await foreach (var fact in orchestrator.History!.ReadAsync(run.Id.ToString()))
        {
            if (fact.Event is AgentCompleted kept)
                Console.WriteLine($"  kept: {kept.Result.Goal.Name}");
        }
    }

    var result = await run.Completion;
    foreach (var one in result.Results)
        Console.WriteLine($"  {one.Goal.Name}: {one.Output?.Text}");
    return result.Succeeded && result.Results.Count == 10 ? 0 : 1;
}

static async Task<AgentOutput> PublishAsync(AgentContext context, string effects, CancellationToken cancellationToken)
{
    var published = await context.RunToolAsync(
        new ToolCall("publish") { Arguments = context.Goal.Name },
        async (tool, ct) =>
        {
            await Publisher.PublishAsync(effects, $"{context.Goal.Name} under {tool.OperationKey}", ct);
            return "published";
        },
        cancellationToken);

    // The process died while it ran, so that nobody knows: look.
    if (published.Outcome == ToolCallOutcome.Unknown && !(await File.ReadAllLinesAsync(effects, cancellationToken)).Any(line => line.StartsWith($"{context.Goal.Name} ", StringComparison.Ordinal)))
    {
        await context.RunToolAsync(
            new ToolCall("publish_again") { Arguments = context.Goal.Name },
            async (tool, ct) =>
            {
                await Publisher.PublishAsync(effects, $"{context.Goal.Name} under {tool.OperationKey}", ct);
                return "published";
            },
            cancellationToken);
        return "published now, since it had not been";
    }

    return published.Outcome == ToolCallOutcome.Unknown ? "found to be published" : "published";
}

static async Task DieInTheMiddleAsync(OrchestrationRun run)
{
    var ended = 0;
    await foreach (var e in run.Watch())
    {
        if (e is AgentCompleted completed)
        {
            Console.WriteLine($"  {completed.Result.Goal.Name} has ended");
            if (++ended == 5)
                Process.GetCurrentProcess().Kill();   // no exception, no finally, no flush
        }
    }
}
