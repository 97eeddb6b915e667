using System.Diagnostics;

namespace AgentOrchestration.Tests.Samples;

/// <summary>The first sample as its users see it: a program with arguments, output, a report and an exit code.</summary>
public sealed class ParallelCodeAnalysisTests : IDisposable
{
    private const string Code = """
        using System.Security.Cryptography;

        namespace Shop;

        public class Signer
        {
            public byte[] Sign(byte[] data) => MD5.HashData(data);

            public int Length(byte[] data) => data.Count();
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parallel-code-analysis");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Run_OverATree_ReportsEachAgentsFindingsWithFileAndLine()
    {
        var source = _folder.CreateSubdirectory("source").FullName;
        var report = Path.Combine(_folder.FullName, "report.md");
        await File.WriteAllTextAsync(Path.Combine(source, "Signer.cs"), Code, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(source, "Image.cs"), [0, 1, 2, 0], TestContext.Current.CancellationToken);

        var run = await RunAsync(source, "--report", report);

        Assert.True(run.ExitCode == 0, run.Output);
        var text = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        Assert.Equal(
            ["## Bugs and vulnerabilities", "## Documentation quality", "## Missing tests", "## Performance", "## Summary"],
            text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("`Signer.cs:7` warning **CA5351**", text, StringComparison.Ordinal);
        Assert.Contains("`Signer.cs:5` warning **TEST002**", text, StringComparison.Ordinal);
        Assert.Contains("- `Image.cs`: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OverAFolderThatIsNotThere_SaysSoAndExitsWith2()
    {
        var run = await RunAsync(Path.Combine(_folder.FullName, "nowhere"), "--report", Path.Combine(_folder.FullName, "report.md"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("There is no folder", run.Output, StringComparison.Ordinal);
        Assert.Contains("nowhere", run.Output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program(), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            var guard = TimeSpan.FromMinutes(2);
            var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(guard, TestContext.Current.CancellationToken);
            return (process.ExitCode, string.Concat(await output));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    // Built beside the tests, in the same configuration: bin/<configuration>/<framework>.
    private static string Program()
    {
        var bin = new DirectoryInfo(AppContext.BaseDirectory);
        var root = bin;
        while (!File.Exists(Path.Combine(root.FullName, "Orchestration.sln"))) root = root.Parent!;
        return Path.Combine(root.FullName, "samples", "01-parallel-code-analysis", "bin", bin.Parent!.Name, bin.Name, "ParallelCodeAnalysis.dll");
    }
}
