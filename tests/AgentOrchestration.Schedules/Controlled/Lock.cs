namespace AgentOrchestration;

/// <summary>Stands in for <see cref="System.Threading.Lock"/>, which Coyote does not know: entering a monitor is a choice of schedule.</summary>
internal sealed class Lock
{
    public bool IsHeldByCurrentThread => Monitor.IsEntered(this);
}
