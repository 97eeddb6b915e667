using System.Security.Cryptography;
using System.Text;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>One thing an analysis has to say about one line.</summary>
/// <param name="RuleId">The rule, such as <c>CA1822</c>.</param>
/// <param name="Analysis">Name of the analysis that found it (<see cref="ICodeAnalysis.Name"/>).</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">One line of text.</param>
/// <param name="File">Path relative to the root, with <c>/</c>; empty if it concerns the code base as a whole.</param>
/// <param name="Line">From 1; 0 if it concerns the file or the code base as a whole.</param>
internal sealed record Finding(string RuleId, string Analysis, FindingSeverity Severity, string Message, string File, int Line)
{
    /// <summary>The same for the same finding in every run and from every agent, so that it is kept once.</summary>
    public string Key { get; } = $"{RuleId}|{File}|{Line}|{Hash(Message)}";

    // Not string.GetHashCode, which differs from run to run.
    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}
