namespace AgentOrchestration.Scheduling;

/// <summary>Where an attempt's agent comes from: one instance for all, or a factory that makes one for each attempt.</summary>
internal readonly struct AgentCode
{
    private readonly object _source;

    public AgentCode(IAgent agent) => _source = agent;

    public AgentCode(Func<IServiceProvider, IAgent> factory) => _source = factory;

    /// <summary>The agent for the attempt. Only a factory needs services, so only then is a scope made.</summary>
    public IAgent Make(Attempt attempt, IServiceProvider root) => _source as IAgent ?? ((Func<IServiceProvider, IAgent>)_source)(attempt.GetServices(root));
}
