using Microsoft.Coyote.Specifications;

namespace AgentOrchestration;

/// <summary>Stands in for the pool: each work item is a task that Coyote schedules. An item that throws would end the process.</summary>
internal static class ThreadPool
{
    public static bool UnsafeQueueUserWorkItem(IThreadPoolWorkItem item, bool preferLocal) =>
        UnsafeQueueUserWorkItem(static queued => queued.Execute(), item, preferLocal);

    public static bool UnsafeQueueUserWorkItem<TState>(Action<TState> callBack, TState state, bool preferLocal)
    {
        _ = Task.Run(() =>
        {
            try
            {
                callBack(state);
            }
            catch (Exception exception) when (exception is not ThreadInterruptedException)
            {
                Specification.Assert(false, $"A work item threw {exception}");
            }
        });
        return true;
    }
}
