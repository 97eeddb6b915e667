using AgentOrchestration;

var wrong = new List<string>();
await TwoAgentsOneFileAsync(wrong);
await TwoAgentsThatWouldDeadlockAsync(wrong);
foreach (var line in wrong)
    Console.Error.WriteLine($"WRONG: {line}");
return wrong.Count == 0 ? 0 : 1;

// One agent holds a file; the other is told who holds it and since when, waits, and gets it.
static async Task TwoAgentsOneFileAsync(List<string> wrong)
{
    Console.WriteLine("Two agents, one file");
    var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    var order = new List<string>();
    await using var orchestrator = AgentOrchestrator.Create(options => options
        .AddAgent("first", async (context, cancellationToken) =>
        {
            await using var guard = await context.Locks.AcquireFileAsync("notes.txt", cancellationToken: cancellationToken);
            held.SetResult();
            await told.Task.WaitAsync(cancellationToken);
            order.Add("first");
            return "released";
        })
        .AddAgent("second", async (context, cancellationToken) =>
        {
            await held.Task.WaitAsync(cancellationToken);
            if (context.Locks.TryAcquireFile("./notes.txt", out _, out var conflict))
                wrong.Add("Another spelling of the path was another resource.");
            Console.WriteLine($"  second: notes.txt is held by '{conflict.Holder}' since {conflict.Since:T}");
            if (conflict.Holder != "first")
                wrong.Add($"The holder was said to be '{conflict.Holder}'.");

            var waiting = context.Locks.AcquireFileAsync("notes.txt", TimeSpan.FromSeconds(30), cancellationToken);
            told.SetResult();
            await using var guard = await waiting;
            order.Add("second");
            return $"got it, as hold number {guard.FencingToken}";
        }));

    var handles = await orchestrator.SpawnParallelAsync(
        [new AgentGoal("Write notes") { Name = "first", Agent = "first" }, new AgentGoal("Write more notes") { Name = "second", Agent = "second" }]);
    foreach (var handle in handles)
    {
        var result = await handle.Completion;
        Console.WriteLine($"  {handle.Goal.Name}: {result.Output?.Text ?? result.Error?.Message}");
        if (!result.Succeeded)
            wrong.Add($"'{handle.Goal.Name}' did not succeed.");
    }

    if (!order.SequenceEqual(["first", "second"]))
        wrong.Add($"The order was {string.Join(", ", order)}.");
}

// Each takes what the other holds: the second to ask is told of the cycle, gives up what it holds, and tries again.
static async Task TwoAgentsThatWouldDeadlockAsync(List<string> wrong)
{
    Console.WriteLine("Two agents that would wait for each other");
    using var bothHold = new Barrier(2);
    var refusals = 0;
    async Task<AgentOutput> WorkAsync(AgentContext context, string first, string second, CancellationToken cancellationToken)
    {
        for (var isFirstTry = true; ; isFirstTry = false)
        {
            await using var outer = await context.Locks.AcquireAsync(ResourceRequest.Exclusive(first), cancellationToken: cancellationToken);
            if (isFirstTry)
                await Task.Run(() => bothHold.SignalAndWait(TimeSpan.FromSeconds(30), cancellationToken), cancellationToken);
            try
            {
                await using var inner = await context.Locks.AcquireAsync(ResourceRequest.Exclusive(second), cancellationToken: cancellationToken);
                return $"held {first} and {second}";
            }
            catch (ResourceDeadlockException deadlock)
            {
                Interlocked.Increment(ref refusals);
                Console.WriteLine($"  {deadlock.Message}");
            }
        }
    }

    await using var orchestrator = AgentOrchestrator.Create(options => options
        .AddAgent("refactor", (context, cancellationToken) => WorkAsync(context, "src/A.cs", "src/B.cs", cancellationToken))
        .AddAgent("tests", (context, cancellationToken) => WorkAsync(context, "src/B.cs", "src/A.cs", cancellationToken)));
    var handles = await orchestrator.SpawnParallelAsync(
        [new AgentGoal("Refactor") { Name = "refactor", Agent = "refactor" }, new AgentGoal("Write tests") { Name = "tests", Agent = "tests" }]);
    foreach (var handle in handles)
    {
        var result = await handle.Completion;
        Console.WriteLine($"  {handle.Goal.Name}: {result.Output?.Text ?? result.Error?.Message}");
        if (!result.Succeeded)
            wrong.Add($"'{handle.Goal.Name}' did not succeed.");
    }

    if (refusals != 1)
        wrong.Add($"{refusals} waits were refused; one was expected.");
    if (orchestrator.Locks.Snapshot() is { Holds.Count: > 0 } or { Waits.Count: > 0 })
        wrong.Add("Something is still held.");
}
