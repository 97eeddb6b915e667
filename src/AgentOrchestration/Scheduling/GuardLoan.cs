using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>What an activity lends to a child that it spawns.</summary>
internal readonly record struct GuardLoan(IReadOnlyList<ResourceGuard> Guards, LockOwner Lender);
