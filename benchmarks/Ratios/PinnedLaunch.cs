using System.ComponentModel;
using System.Diagnostics;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>Starts this program again on one core. Hand-over between cores makes tiny work slower and its time bimodal, so ratios are taken without it.</summary>
internal static class PinnedLaunch
{
    private const string IsPinned = "ORCHESTRATION_BENCHMARKS_PINNED";

    public static bool HasHappened => Environment.GetEnvironmentVariable(IsPinned) is not null;

    /// <summary>Runs the program again, pinned.</summary>
    /// <returns>Its exit code; null if this system has no <c>taskset</c>.</returns>
    public static async Task<int?> TryRunAsync(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("taskset");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Environment.ProcessorCount > 1 ? "1" : "0");
        foreach (var part in CommandOf(arguments))
        {
            start.ArgumentList.Add(part);
        }

        start.Environment[IsPinned] = "1";

        // On one processor the delay before methods are counted never ends while there is work: unoptimised code would be measured.
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "0";
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> CommandOf(IReadOnlyList<string> arguments)
    {
        var host = Environment.ProcessPath!;
        yield return host;
        if (Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            yield return Environment.GetCommandLineArgs()[0];
        }

        foreach (var argument in arguments)
        {
            yield return argument;
        }
    }
}
