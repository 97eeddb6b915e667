using System.Diagnostics;
using AgentOrchestration;
using ParallelCodeAnalysis;
using ParallelCodeAnalysis.Agents;
using ParallelCodeAnalysis.Analysis;
using ParallelCodeAnalysis.Reporting;
using ParallelCodeAnalysis.Terminal;

if (CommandLine.TryParse(args, out var error) is not { } command)
{
    Console.Error.WriteLine($"{error} Say --help to see how to call this program.");
    return 2;
}

if (command.IsHelp)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

if (ReportFile.TryCreate(command.ReportPath, out error) is not { } report)
{
    Console.Error.WriteLine(error);
    return 2;
}

// Four agents. Whoever starts first reads, parses and compiles the files; the others wait for that and share it.
var started = Stopwatch.GetTimestamp();
var code = new SharedOutcome<CodeBase>(stop => CodeBaseLoader.LoadAsync(command.Root, stop));
var reviewer = command.Model is null ? null : new ModelReviewer(command.Root);
IReadOnlyList<AnalysisAgent> agents = [.. CodeAnalyses.All(command.IsThorough).Select(analysis => new AnalysisAgent(analysis, code, report, reviewer))];
using var model = command.Model?.Connect();

await using var orchestrator = AgentOrchestrator.Create(options =>
{
    options.MaxConcurrentAgents = agents.Count;
    foreach (var agent in agents) options.AddAgent(agent.Name, _ => agent);
    if (model is not null) options.UseLlm(llm => llm.AddClient(command.Model!.Model, model));
});

var handles = await orchestrator.SpawnParallelAsync([.. agents.Select(agent => agent.GoalFor(command.Root))]);
using var ctrlC = new CtrlC(() => orchestrator.CancelAllAsync("stopped by the user"));

// Everything that happens to these four, from the beginning; it ends when the last of them has ended.
var view = AgentView.For(command);
await view.ShowAsync(orchestrator, agents, orchestrator.Subscribe(new EventFilter { Agents = [.. handles.Select(handle => handle.Id)], After = 0 }));
var results = await orchestrator.WaitAllAsync();

var sections = agents.Zip(results, (agent, result) => agent.Section(result)).ToList();
var summary = new ReportSummary(command.Root, await code.TryGetAsync(), command.Model?.Model, command.IsThorough, sections, Stopwatch.GetElapsedTime(started));
view.ShowSummary(summary);

try
{
    // A cancelled agent cannot wait for a lock any more. What it had found is still there, and the host writes it.
    foreach (var (agent, section) in agents.Zip(sections))
        if (!agent.HasReported) await report.AppendAsync(section, orchestrator.Locks);
    await report.CompleteAsync(summary, orchestrator.Locks);
    Console.WriteLine($"Report: {command.ReportPath}");
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"The report cannot be written: {failure.Message}");
    return 1;
}

return results.All(result => result.Succeeded) ? 0 : 1;
