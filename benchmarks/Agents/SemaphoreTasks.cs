namespace AgentOrchestration.Benchmarks.Agents;

/// <summary>The plain way without this library: as many tasks, a semaphore, and one wait for all. No status, no event, no result kept.</summary>
internal sealed class SemaphoreTasks(int count) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(OrchestratedAgents.Capacity);
    private readonly Task[] _tasks = new Task[count];

    public Task RunAsync()
    {
        for (var i = 0; i < _tasks.Length; i++)
        {
            _tasks[i] = Task.Run(WorkAsync);
        }

        return Task.WhenAll(_tasks);
    }

    public void Dispose() => _slots.Dispose();

    private async Task WorkAsync()
    {
        await _slots.WaitAsync();
        try
        {
            await Task.Yield();
        }
        finally
        {
            _slots.Release();
        }
    }
}
