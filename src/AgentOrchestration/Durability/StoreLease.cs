namespace AgentOrchestration;

/// <summary>The right to append to a store, which ends unless it is renewed.</summary>
/// <param name="Token">Its fencing token: unique in its store, and greater than those of all leases before it.</param>
/// <param name="Holder">Who took it, for people.</param>
/// <param name="Duration">How long it lasts after it was taken or renewed.</param>
public sealed record StoreLease(long Token, string Holder, TimeSpan Duration);
