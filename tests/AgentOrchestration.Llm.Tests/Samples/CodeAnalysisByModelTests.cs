using System.Diagnostics;
using AgentOrchestration.Llm.Tests.Loopback;

namespace AgentOrchestration.Llm.Tests.Samples;

/// <summary>The first sample with a model: a program of its own, over HTTP.</summary>
public sealed class CodeAnalysisByModelTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("code-analysis-by-model");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Run_WithAnEndpoint_LetsTheModelReadAndReport()
    {
        var source = _folder.CreateSubdirectory("source").FullName;
        var report = Path.Combine(_folder.FullName, "report.md");
        await File.WriteAllTextAsync(Path.Combine(source, "Signer.cs"), "public class Signer\n{\n    public int Length = 1 / 0;\n}\n", TestContext.Current.CancellationToken);
        await using var server = await LoopbackServer.StartAsync(static request =>
            request.LastText.StartsWith("Make a short plan", StringComparison.Ordinal) ? """{"steps": ["Read", "Report"]}"""
            : request.Messages.Count(static message => message.GetProperty("role").GetString() == "tool") switch
            {
                0 => new LoopbackReply().Call("read_file", """{"path": "Signer.cs"}"""),
                1 => new LoopbackReply()
                    .Call("report_finding", """{"file": "Signer.cs", "line": 3, "severity": "error", "message": "It divides by zero."}""")
                    .Call("report_finding", """{"file": "../../secret.cs", "line": 1, "severity": "error", "message": "Made up."}"""),
                _ => "It divides by zero.",
            });

        var run = await RunAsync(source, "--report", report, "--endpoint", server.Endpoint.ToString(), "--model", "scripted");

        Assert.True(run.ExitCode == 0, run.Output);
        var text = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        Assert.Contains("`Signer.cs:3` error **MODEL**", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Made up", text, StringComparison.Ordinal);
        Assert.Contains("`scripted`", text, StringComparison.Ordinal);
        Assert.Contains(server.Requests, static request => request.Messages.Any(static message => message.GetRawText().Contains("1 / 0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_WithoutTheModelsName_SaysSo()
    {
        var run = await RunAsync(_folder.FullName, "--endpoint", "http://127.0.0.1:1/v1");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--model", run.Output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program(), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("OPENAI_MODEL");
        using var process = Process.Start(start)!;
        try
        {
            var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
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
        while (!File.Exists(Path.Combine(root.FullName, "Orchestration.sln")))
        {
            root = root.Parent!;
        }

        return Path.Combine(root.FullName, "samples", "01-parallel-code-analysis", "bin", bin.Parent!.Name, bin.Name, "ParallelCodeAnalysis.dll");
    }
}
