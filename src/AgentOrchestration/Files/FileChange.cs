namespace AgentOrchestration;

/// <summary>What became of a write or an edit.</summary>
/// <param name="Version">What is there now; if it was refused, what was found, <see cref="FileVersion.Absent"/> if that is not known.</param>
/// <param name="Refusal">Why it was refused; null if it was done.</param>
public sealed record FileChange(FileVersion Version, FileRefusal? Refusal = null)
{
    /// <summary>Whether it was done.</summary>
    public bool Applied => Refusal is null;
}
