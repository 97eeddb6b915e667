namespace AgentOrchestration.Llm.Agents;

/// <summary>
/// The calls of tools in one answer of the model, as activities of the agent: all of them are declared before any runs, so that the slot is kept as long as one of them runs and given back when
/// all wait. The tool loop starts each call by itself; the first to come forks the activities, and none returns before all have ended.
/// </summary>
internal sealed class ToolBatch
{
    private readonly AgentContext _context;
    private readonly Dictionary<int, TaskCompletionSource<Func<AgentContext, Task>>> _calls;
    private readonly Lock _gate = new();
    private readonly CancellationToken _stop;
    private Task? _join;

    /// <param name="context">The context of the body.</param>
    /// <param name="calls">The places in the answer of the calls that are going to come.</param>
    /// <param name="stop">Ends the waiting for those that do not.</param>
    public ToolBatch(AgentContext context, IEnumerable<int> calls, CancellationToken stop)
    {
        _context = context;
        _stop = stop;
        _calls = calls.ToDictionary(static call => call, static _ => new TaskCompletionSource<Func<AgentContext, Task>>(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    public async Task<T> RunAsync<T>(int call, Func<AgentContext, Task<T>> run)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[call].SetResult(activity => CompleteAsync(result, run, activity));
        Task join;
        lock (_gate)
        {
            join = _join ??= Task.Run(() => _context.RunConcurrentlyAsync([.. _calls.Values.Select(Activity)]).AsTask(), CancellationToken.None);
        }

        await join.ConfigureAwait(false);
        return await result.Task.ConfigureAwait(false);
    }

    // What it throws is for the one who called, not for the others.
    private static async Task CompleteAsync<T>(TaskCompletionSource<T> result, Func<AgentContext, Task<T>> run, AgentContext activity)
    {
        try
        {
            result.SetResult(await run(activity).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            result.SetException(exception);
        }
    }

    private Func<AgentContext, CancellationToken, Task> Activity(TaskCompletionSource<Func<AgentContext, Task>> call) => async (activity, _) =>
    {
        var run = await call.Task.WaitAsync(_stop).ConfigureAwait(false);
        await run(activity).ConfigureAwait(false);
    };
}
