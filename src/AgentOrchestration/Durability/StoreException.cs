namespace AgentOrchestration;

/// <summary>A store could not do what was asked of it: it cannot be reached, has no room, may not be written, or is damaged as a whole. The message says which and what to do.</summary>
public sealed class StoreException : AgentOrchestrationException
{
    /// <summary>A failure.</summary>
    /// <param name="message">What happened and what to do; no content.</param>
    /// <param name="isTransient">Whether it may succeed when it is tried again without anybody doing anything.</param>
    /// <param name="innerException">What is behind it.</param>
    public StoreException(string message, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>Whether it may succeed when it is tried again without anybody doing anything.</summary>
    public bool IsTransient { get; }
}
