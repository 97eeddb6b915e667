namespace AgentOrchestration;

/// <summary>A file was not read or changed, because that would not have been safe. Nothing was changed.</summary>
public sealed class FileRefusedException : AgentOrchestrationException
{
    internal FileRefusedException(FileRefusal refusal)
        : base(refusal.Message) => Refusal = refusal;

    /// <summary>Why.</summary>
    public FileRefusal Refusal { get; }
}
