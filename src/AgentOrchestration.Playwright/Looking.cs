namespace AgentOrchestration.Playwright;

/// <summary>Waits for what only looks at a page, and may be left to itself: how it ends then concerns nobody.</summary>
internal static class Looking
{
    public static Task<T> LookAsync<T>(this Task<T> look, CancellationToken cancellationToken)
    {
        Observe(look);
        return look.WaitAsync(cancellationToken);
    }

    /// <summary>For what has no timeout of its own: a page that hangs never answers.</summary>
    public static Task<T> LookAsync<T>(this Task<T> look, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Observe(look);
        return look.WaitAsync(timeout, cancellationToken);
    }

    public static Task LookAsync(this Task look, CancellationToken cancellationToken)
    {
        Observe(look);
        return look.WaitAsync(cancellationToken);
    }

    // Otherwise it would be told to the process as an exception that nobody has seen.
    private static void Observe(Task look) =>
        _ = look.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
