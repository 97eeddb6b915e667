using Cleanup;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services
    .AddAgentOrchestration(options =>
    {
        // Three limits bound what a long-running host remembers: agents by number, agents by age, and events,
        // since the last event of an agent holds its result.
        options.MaxEndedAgents = Limits.MaxEndedAgents;
        options.EndedAgentRetention = Limits.Retention;
        options.MaxRetainedEvents = Limits.MaxRetainedEvents;
    })
    .AddAgent<Summariser>("default");
builder.Services.AddSingleton<EvictionLedger>();
builder.Services.AddSingleton<Outcome>();
builder.Services.AddHostedService<Intake>();

using var host = builder.Build();
var outcome = host.Services.GetRequiredService<Outcome>();
await host.RunAsync();
return outcome.Report();
