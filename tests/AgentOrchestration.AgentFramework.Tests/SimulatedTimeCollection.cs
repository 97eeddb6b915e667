namespace AgentOrchestration.AgentFramework.Tests;

/// <summary>Tests with simulated time: they judge whether the process is calm, so none of them runs beside another test.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SimulatedTimeCollection
{
    public const string Name = "Simulated time";
}
