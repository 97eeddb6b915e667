using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Keeps code that nests without end away from compiler and analysers.</summary>
/// <remarks>Both have recursions without a guard, and a stack overflow ends the process: it cannot be caught.</remarks>
internal static class NestingGuard
{
    /// <summary>What to tell the user.</summary>
    public const string Reason = "nested too deeply to analyse";

    // Code written by hand stays below 50 brackets and 200 levels; a stack of 1 MB, the smallest in use, has room for more than these.
    private const int MaxBrackets = 256;
    private const int MaxLevels = 600;

    /// <summary>Whether brackets nest too deeply for the parser. Counts those in strings and comments too: cheap, not exact.</summary>
    public static bool IsTooDeep(SourceText text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth = text[i] switch
            {
                '(' or '[' or '{' => depth + 1,
                ')' or ']' or '}' => Math.Max(0, depth - 1),
                _ => depth,
            };
            if (depth > MaxBrackets) return true;
        }

        return false;
    }

    /// <summary>Whether the parsed syntax is too deep to be bound: brackets are not the only way to nest.</summary>
    public static bool IsTooDeep(SyntaxNode root)
    {
        var levels = new Stack<(SyntaxNode Node, int Level)>([(root, 0)]);
        while (levels.TryPop(out var next))
        {
            if (next.Level > MaxLevels) return true;
            foreach (var child in next.Node.ChildNodes()) levels.Push((child, next.Level + 1));
        }

        return false;
    }
}
