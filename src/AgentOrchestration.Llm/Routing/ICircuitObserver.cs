namespace AgentOrchestration.Llm.Routing;

/// <summary>Is told of the circuits of clients.</summary>
internal interface ICircuitObserver
{
    /// <summary>The client is not called for so long; after that comes a trial.</summary>
    void Opened(ModelClient client, TimeSpan duration);

    /// <summary>The client is called again.</summary>
    void Closed(ModelClient client);
}
