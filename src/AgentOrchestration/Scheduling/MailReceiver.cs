namespace AgentOrchestration.Scheduling;

/// <summary>An activity that waits for a message.</summary>
/// <param name="Key">The step in which it reads.</param>
internal sealed record MailReceiver(string Key)
{
    public TaskCompletionSource<AgentMessage> Message { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
