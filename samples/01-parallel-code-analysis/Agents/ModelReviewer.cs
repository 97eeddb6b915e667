using System.ComponentModel;
using AgentOrchestration;
using Microsoft.Extensions.AI;
using ParallelCodeAnalysis.Analysis;

namespace ParallelCodeAnalysis.Agents;

/// <summary>Lets a model look for what an analysis looks for: with tools that only read, and one by which it reports what it finds.</summary>
internal sealed class ModelReviewer(string root)
{
    /// <summary>What one agent may use: enough to look around in a code base of some size, and an end to it.</summary>
    public static AgentBudget Budget { get; } = new() { MaxTokens = 400_000, MaxModelCalls = 60, MaxToolCalls = 200 };

    private readonly IReadOnlyList<AIFunction> _files = WorkspaceTools.Create(root, new WorkspaceToolsOptions { ReadOnly = true, Files = ["**/*.cs"] });

    /// <summary>Works as the agent of this context.</summary>
    /// <returns>What the model says at the end.</returns>
    public async Task<AgentOutput> ReviewAsync(ICodeAnalysis analysis, AgentContext context, IAnalysisSink sink, CancellationToken cancellationToken)
    {
        var options = new LlmAgentOptions
        {
            Instructions = $"""
                You review a C# code base and look for one thing only: {analysis.Title.ToLowerInvariant()}.
                Look around with the tools, read what matters, and report each finding with report_finding as soon as you are sure of it. Report nothing twice and guess at nothing.
                Your final answer is one short paragraph: what you looked at, and what stands out.
                """,
            MaxTurns = 40,
        };
        foreach (var tool in _files) options.Tools.Add(tool);
        options.Tools.Add(AIFunctionFactory.Create(ReportAsync, "report_finding", "Reports one finding."));
        return await new LlmAgent(options).RunAsync(context, cancellationToken);

        async Task<string> ReportAsync(
            [Description("Path of the file, relative to the root.")] string file,
            [Description("The line, from 1.")] int line,
            [Description("error, warning or info.")] string severity,
            [Description("One sentence: what is wrong, and why it matters.")] string message,
            CancellationToken stop)
        {
            // Nothing that a model says is taken on trust: not that the file is there, nor that the text is one line.
            if (!File.Exists(Path.GetFullPath(Path.Combine(root, file))) || line < 1) return "Error: there is no such file or line below the root; report what you have read.";
            var level = Enum.TryParse<FindingSeverity>(severity, ignoreCase: true, out var known) ? known : FindingSeverity.Info;
            var text = message.ReplaceLineEndings(" ").Trim();
            await sink.AddAsync([new Finding("MODEL", analysis.Name, level, text.Length > 500 ? text[..500] : text, file.Replace('\\', '/'), line)], stop);
            return "noted";
        }
    }
}
