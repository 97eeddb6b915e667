using AgentOrchestration;

namespace Monitoring;

/// <summary>A goal, and how its agent must end.</summary>
internal sealed record Role(AgentGoal Goal, AgentState End, int Attempts = 1, string? ErrorCode = null);

/// <summary>The agents of this sample: each shows one thing that can happen to an agent.</summary>
internal static class Cast
{
    public static IReadOnlyList<Role> Roles { get; } =
    [
        // Two that want the same file, and one that waits for its children.
        new(Goal("editor-1", "editor"), AgentState.Completed),
        new(Goal("editor-2", "editor"), AgentState.Completed),
        new(Goal("lead", "lead"), AgentState.Completed),

        // Three that wait for the host: for a yes, for a no, for a message.
        new(Goal("deployer", "asker"), AgentState.Completed),
        new(Goal("purger", "asker"), AgentState.Failed, ErrorCode: "not_approved"),
        new(Goal("listener", "listener"), AgentState.Completed),

        // One that recovers, and one that does not.
        new(Goal("flaky", "flaky") with { Retry = Twice }, AgentState.Completed, Attempts: 2),
        new(Goal("broken", "broken") with { Retry = Twice }, AgentState.Failed, Attempts: 2, ErrorCode: AgentErrorCodes.AgentFailed),

        // One that the host pauses for a while, and one that it cancels.
        new(Goal("indexer", "indexer"), AgentState.Completed),
        new(Goal("crawler", "crawler"), AgentState.Cancelled),
    ];

    private static AgentRetryPolicy Twice => new() { MaxAttempts = 2, InitialDelay = TimeSpan.FromMilliseconds(600) };

    public static void Register(AgentOrchestrationOptions options) => options
        .AddAgent("editor", EditAsync)
        .AddAgent("lead", LeadAsync)
        .AddAgent("searcher", SearchAsync)
        .AddAgent("asker", AskAsync)
        .AddAgent("listener", ListenAsync)
        .AddAgent("flaky", RecoverAsync)
        .AddAgent("broken", BreakAsync)
        .AddAgent("indexer", IndexAsync)
        .AddAgent("crawler", CrawlAsync);

    private static AgentGoal Goal(string name, string agent) => new($"Show what {name} does") { Name = name, Agent = agent };

    private static async Task<AgentOutput> EditAsync(AgentContext context, CancellationToken ct)
    {
        context.Report("wants the report");
        await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report.md"), cancellationToken: ct);
        await WorkAsync(context, "writing the report", steps: 5, ct);
        return "written";
    }

    private static async Task<AgentOutput> LeadAsync(AgentContext context, CancellationToken ct)
    {
        var north = await context.SpawnAsync(Goal("search-north", "searcher"));
        var south = await context.SpawnAsync(Goal("search-south", "searcher"));
        context.Report("waits for both searches", 50);
        var results = await context.WaitForAllAsync([north, south]);
        return string.Join(", ", results.Select(result => result.Output?.Text));
    }

    private static async Task<AgentOutput> SearchAsync(AgentContext context, CancellationToken ct)
    {
        await WorkAsync(context, "searching", steps: 4, ct);
        return "found";
    }

    private static async Task<AgentOutput> AskAsync(AgentContext context, CancellationToken ct)
    {
        var answer = await context.RequestApprovalAsync($"{context.Goal.Name} wants to act on production");
        if (!answer.Approved)
        {
            throw new AgentFailureException("not_approved", $"Refused: {answer.Reason}");
        }

        await WorkAsync(context, "acting", steps: 3, ct);
        return "acted";
    }

    private static async Task<AgentOutput> ListenAsync(AgentContext context, CancellationToken ct)
    {
        var message = await context.ReceiveAsync();
        await WorkAsync(context, $"heard: {message.Text}", steps: 2, ct);
        return message.Text;
    }

    private static async Task<AgentOutput> RecoverAsync(AgentContext context, CancellationToken ct)
    {
        await WorkAsync(context, $"trying for the {(context.Attempt == 1 ? "first" : "second")} time", steps: 2, ct);
        return context.Attempt == 1 ? throw new AgentFailureException("rate_limited", "Too many requests.") : "recovered";
    }

    private static async Task<AgentOutput> BreakAsync(AgentContext context, CancellationToken ct)
    {
        await WorkAsync(context, "trying", steps: 2, ct);
        throw new InvalidOperationException("This never works.");
    }

    private static async Task<AgentOutput> IndexAsync(AgentContext context, CancellationToken ct)
    {
        await WorkAsync(context, "indexing", steps: 12, ct);
        return "indexed";
    }

    private static async Task<AgentOutput> CrawlAsync(AgentContext context, CancellationToken ct)
    {
        for (var page = 1; ; page++)
        {
            context.Report($"page {page}");
            context.Output($"page {page}\n");
            await Task.Delay(TimeSpan.FromMilliseconds(150), context.Time, ct);
        }
    }

    // Work is a delay here. A pause takes effect between two steps.
    private static async Task WorkAsync(AgentContext context, string step, int steps, CancellationToken ct)
    {
        for (var done = 0; done < steps; done++)
        {
            context.Report(step, 100 * done / steps);
            await Task.Delay(TimeSpan.FromMilliseconds(180), context.Time, ct);
            await context.PausePointAsync();
        }
    }
}
