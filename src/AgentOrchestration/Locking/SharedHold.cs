namespace AgentOrchestration.Locking;

/// <summary>A resource that one process keeps from the others.</summary>
/// <param name="Request">The resource and the mode.</param>
/// <param name="IsOwn">Whether it is this process; otherwise it is in the way.</param>
/// <param name="FencingToken">Its number among all holds of all processes.</param>
/// <param name="Holder">Who has it, for people.</param>
/// <param name="Since">When it was taken.</param>
/// <param name="Source">What it is where it is kept.</param>
internal sealed record SharedHold(ResourceRequest Request, bool IsOwn, long FencingToken, string Holder, DateTimeOffset Since, object Source);
