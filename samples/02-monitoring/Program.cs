using AgentOrchestration;
using Monitoring;

const int Slots = 3;
var plain = Console.IsOutputRedirected || args.Contains("--plain", StringComparer.Ordinal);

await using var orchestrator = AgentOrchestrator.Create(options =>
{
    options.MaxConcurrentAgents = Slots;
    Cast.Register(options);
});

// Two readers of the same stream. The place of each is fixed here, before anything happens.
var audit = new EventAudit(Slots);
var reading = Task.WhenAll(
    audit.ReadAsync(orchestrator.Subscribe()),
    plain ? PlainView.ShowAsync(orchestrator, orchestrator.Subscribe()) : LiveView.ShowAsync(orchestrator, orchestrator.Subscribe()));

var handles = await orchestrator.SpawnParallelAsync([.. Cast.Roles.Select(role => role.Goal)]);
await Director.SteerAsync(orchestrator, handles);
await orchestrator.WaitAllAsync();

// Disposal ends every subscription, after its last event.
await orchestrator.DisposeAsync();
await reading;

var faults = audit.Check(Cast.Roles);
foreach (var fault in faults)
{
    Console.Error.WriteLine($"WRONG: {fault}");
}

if (faults.Count == 0)
{
    Console.WriteLine($"All as expected: {audit.Agents} agents, {audit.Events} events, at most {audit.MostRunning} of {Slots} slots in use.");
}

return faults.Count == 0 ? 0 : 1;
