using AgentOrchestration.Agents;
using AgentOrchestration.Locking;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration;

/// <summary>What eng/schedules puts in the place of members of tasks that complete on threads which Coyote does not control.</summary>
internal static class ControlledTasks
{
    public static ValueTask ControlledWaitAsync(this AgentActivity activity, AgentWaitKind kind, string? target, Task condition) => activity.WaitAsync(kind, target, condition);

    public static ValueTask ControlledWaitAsync(this LockOwner owner, ResourceKey key, Task granted) => owner.WaitAsync(key, granted);

    public static Task ControlledWaitAsync(this Task task, CancellationToken cancellationToken) => WaitAsync(task, limit: null, TimeProvider.System, cancellationToken);

    public static Task ControlledWaitAsync(this Task task, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken = default) => WaitAsync(task, limit, time, cancellationToken);

    public static async Task<TResult> ControlledWaitAsync<TResult>(this Task<TResult> task, CancellationToken cancellationToken)
    {
        await WaitAsync(task, limit: null, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    public static async Task<TResult> ControlledWaitAsync<TResult>(this Task<TResult> task, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        await WaitAsync(task, limit, time, cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    public static async Task ControlledContinueWith(this Task task, Action<Task> then, CancellationToken cancellationToken, TaskContinuationOptions options, TaskScheduler scheduler)
    {
        await task.SuppressThrowing().ConfigureAwait(false);
        if (!options.HasFlag(TaskContinuationOptions.OnlyOnFaulted) || task.IsFaulted)
        {
            then(task);
        }
    }

    public static Task ControlledContinueWith(this Task task, Action<Task, object?> then, object? state, CancellationToken cancellationToken, TaskContinuationOptions options, TaskScheduler scheduler) =>
        task.ControlledContinueWith(ended => then(ended, state), cancellationToken, options, scheduler);

    public static async Task SuppressThrowing(this Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not ThreadInterruptedException)
        {
            // Asked for.
        }
    }

    // The task that .NET gives completes on the pool if one of these tasks runs its continuations asynchronously.
    public static async Task WhenAll(IEnumerable<Task> tasks)
    {
        Task[] all = [.. tasks];
        foreach (var task in all)
        {
            await task.SuppressThrowing().ConfigureAwait(false);
        }

        foreach (var task in all)
        {
            await task.ConfigureAwait(false);
        }
    }

    public static async Task<TResult[]> WhenAll<TResult>(IEnumerable<Task<TResult>> tasks)
    {
        Task<TResult>[] all = [.. tasks];
        await WhenAll((IEnumerable<Task>)all).ConfigureAwait(false);
        return [.. all.Select(static task => task.Result)];
    }

    public static Task<Task> WhenAny(params IEnumerable<Task> tasks)
    {
        var first = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var task in tasks)
        {
            _ = ReportAsync(task);
        }

        return first.Task;

        async Task ReportAsync(Task task)
        {
            await task.SuppressThrowing().ConfigureAwait(false);
            first.TrySetResult(task);
        }
    }

    private static async Task WaitAsync(Task task, TimeSpan? limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!task.IsCompleted)
        {
            var given = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            var timer = limit is { } due ? time.CreateTimer(static state => ((TaskCompletionSource<bool>)state!).TrySetResult(true), given, due, Timeout.InfiniteTimeSpan) : null;
            var registration = cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource<bool>)state!).TrySetResult(false), given);
            await WhenAny(task, given.Task).ConfigureAwait(false);
            registration.Unregister();
            timer?.Dispose();
            if (!task.IsCompleted)
            {
                throw given.Task.Result ? new TimeoutException() : new OperationCanceledException(cancellationToken);
            }
        }

        await task.ConfigureAwait(false);
    }
}
