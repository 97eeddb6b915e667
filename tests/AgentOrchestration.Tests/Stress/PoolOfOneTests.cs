using System.Diagnostics;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Stress;

public sealed class PoolOfOneTests
{
    /// <summary>INV-23: nothing blocks a pool thread, so one is enough. The pool's size is fixed when a process starts, so the runs are in a process of their own.</summary>
    [Fact]
    public async Task INV23_RunsTreesLocksAndPauses_WithOneThreadInThePool()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "AgentOrchestration.Tests"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1" },
        };
        foreach (var type in (Type[])[typeof(FirstRunTests), typeof(PoolProbe)])
        {
            start.ArgumentList.Add("-class");
            start.ArgumentList.Add(type.FullName!);
        }

        start.ArgumentList.Add("-noColor");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        Assert.True(process.ExitCode == 0, await output + await errors);
        Assert.Contains("Failed: 0", await output, StringComparison.Ordinal);
    }
}
