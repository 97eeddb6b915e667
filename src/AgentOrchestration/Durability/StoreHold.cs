namespace AgentOrchestration;

/// <summary>A resource that one orchestrator on a store keeps from the others.</summary>
/// <param name="Request">The resource and the mode.</param>
/// <param name="FencingToken">Grows with every hold in this store: whoever stores what holders write can refuse a number below the highest it has seen. From 1.</param>
/// <param name="LeaseToken">The lease it belongs to, and ends with.</param>
/// <param name="Holder">Who has that lease, for people.</param>
/// <param name="Since">When it was taken.</param>
public sealed record StoreHold(ResourceRequest Request, long FencingToken, long LeaseToken, string Holder, DateTimeOffset Since);
