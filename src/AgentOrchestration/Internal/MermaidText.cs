namespace AgentOrchestration.Internal;

/// <summary>Text in Mermaid diagrams.</summary>
internal static class MermaidText
{
    /// <summary>Mermaid's own escapes, so that a name cannot end its label.</summary>
    public static string Escape(string name) => name.ReplaceLineEndings(" ")
        .Replace("#", "#35;", StringComparison.Ordinal)
        .Replace("\"", "#quot;", StringComparison.Ordinal)
        .Replace("<", "#lt;", StringComparison.Ordinal)
        .Replace(">", "#gt;", StringComparison.Ordinal);
}
