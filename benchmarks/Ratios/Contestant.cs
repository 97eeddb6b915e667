namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>One way to do a piece of work that is compared with others.</summary>
/// <param name="Name">What it is called in progress output.</param>
/// <param name="Operations">How many operations one run does.</param>
/// <param name="RunAsync">Does them.</param>
internal sealed record Contestant(string Name, int Operations, Func<Task> RunAsync);
