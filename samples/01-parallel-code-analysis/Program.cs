using System.Diagnostics;
using ParallelCodeAnalysis;
using ParallelCodeAnalysis.Analysis;
using ParallelCodeAnalysis.Reporting;

if (CommandLine.TryParse(args, out var error) is not { } command)
{
    await Console.Error.WriteLineAsync($"{error}{Environment.NewLine}{Environment.NewLine}{CommandLine.Usage}");
    return 2;
}

if (command.IsHelp)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = !stop.IsCancellationRequested; // A second Ctrl+C ends the process at once.
    stop.Cancel();
};

ReportFile report;
try
{
    report = await ReportFile.CreateAsync(command.ReportPath, stop.Token);
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"The report cannot be written: {failure.Message}");
    return 2;
}

var started = Stopwatch.GetTimestamp();
CodeBase code;
try
{
    code = await CodeBaseLoader.LoadAsync(command.Root, cancellationToken: stop.Token);
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Cancelled while the files were being read; nothing was found yet.");
    return 1;
}

Console.WriteLine($"{code.Files.Count} files parsed in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s, {code.Problems.Count} problems");

using var reportLock = new SemaphoreSlim(1);
var sections = await Task.WhenAll(CodeAnalyses.All(command.IsThorough).Select(analysis => Task.Run(() => RunAsync(analysis))));
var summary = new ReportSummary(code, command.IsThorough, sections, Stopwatch.GetElapsedTime(started));
await report.CompleteAsync(summary);
foreach (var line in ReportText.Summary(summary)) Console.WriteLine(line);
Console.WriteLine($"Report: {command.ReportPath}");
return sections.All(section => section.Outcome == AnalysisOutcome.Completed) ? 0 : 1;

// One agent's work, as it will be: analyse, then write the section under the lock, whatever the ending.
async Task<AgentSection> RunAsync(ICodeAnalysis analysis)
{
    var sink = new PlainSink(analysis);
    var (outcome, reason) = (AnalysisOutcome.Completed, (string?)null);
    try
    {
        await analysis.RunAsync(code, sink, stop.Token);
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        outcome = AnalysisOutcome.Cancelled;
    }
    catch (Exception failure)
    {
        (outcome, reason) = (AnalysisOutcome.Failed, failure.Message);
    }

    var section = new AgentSection(analysis.Title, outcome, reason, sink.Progress, sink.Findings);
    await reportLock.WaitAsync(CancellationToken.None);
    try
    {
        await report.AppendAsync(section);
    }
    finally
    {
        reportLock.Release();
    }

    return section;
}
