using AgentOrchestration.Locking;

namespace AgentOrchestration.Automation;

/// <summary>For whom something is done to a user interface.</summary>
/// <param name="Owner">Who holds the locks.</param>
/// <param name="Begins">A sign of life of the agent; throws if it may do nothing any more. Null for the host.</param>
/// <param name="Ended">Told of every action. Null for the host.</param>
internal sealed record AutomationCaller(LockOwner Owner, Action? Begins = null, Action<PerformedAction>? Ended = null);
