using AgentOrchestration;
using Spectre.Console;

namespace Monitoring;

/// <summary>A table of agents, redrawn from snapshots ten times a second, above the latest events.</summary>
internal static class LiveView
{
    private const int ShownEvents = 12;

    public static async Task ShowAsync(IAgentOrchestrator orchestrator, IAsyncEnumerable<AgentEvent> events)
    {
        var lines = new EventLines();
        var reading = lines.ReadAsync(events);
        await AnsiConsole.Live(Text.Empty).StartAsync(async live =>
        {
            while (!reading.IsCompleted)
            {
                live.UpdateTarget(Draw(orchestrator, lines));
                await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(100)));
            }

            live.UpdateTarget(Draw(orchestrator, lines));
        });
        await reading;
    }

    private static Rows Draw(IAgentOrchestrator orchestrator, EventLines lines)
    {
        var agents = orchestrator.ListAgents(includeEnded: true);
        var running = agents.Count(agent => agent.State == AgentState.Running);
        return new Rows(
            new Markup($"[bold]{running}[/] of {orchestrator.MaxConcurrentAgents} slots in use, {agents.Count(agent => agent.CompletedAt is null)} agents to go"),
            Table(orchestrator, agents),
            new Text(string.Join('\n', lines.Latest())));
    }

    private static Table Table(IAgentOrchestrator orchestrator, IReadOnlyList<AgentStatus> agents)
    {
        var table = new Table().RoundedBorder().AddColumns("Agent", "State", "Try", "Done", "Doing, or why it does not run");
        foreach (var agent in agents)
        {
            table.AddRow(
                new Text(agent.ParentId is null ? agent.Name : $"  {agent.Name}"),
                new Markup(Colour(agent.State)),
                new Text($"{agent.Attempt}"),
                new Text($"{agent.Progress} %"),
                Doing(orchestrator, agent));
        }

        return table;
    }

    private static Text Doing(IAgentOrchestrator orchestrator, AgentStatus agent) => agent switch
    {
        { State: AgentState.Failed, Error: { } error } => new Text($"{error.Code}: {error.Message}"),
        { WaitingFor: not null } when orchestrator.Explain(agent.Id) is { } explanation => new Text(explanation.ToString()),
        _ => new Text(agent.CurrentStep ?? string.Empty),
    };

    private static string Colour(AgentState state) => state switch
    {
        AgentState.Running => "[green]running[/]",
        AgentState.Waiting => "[yellow]waiting[/]",
        AgentState.Paused => "[blue]paused[/]",
        AgentState.Completed => "[grey]completed[/]",
        AgentState.Failed => "[red]failed[/]",
        AgentState.Cancelled => "[magenta]cancelled[/]",
        _ => "idle",
    };

    /// <summary>The latest events, written by the reader and read by the painter.</summary>
    private sealed class EventLines
    {
        private readonly EventText _text = new();
        private readonly Queue<string> _lines = [];

        public async Task ReadAsync(IAsyncEnumerable<AgentEvent> events)
        {
            await foreach (var e in events)
            {
                var line = _text.Describe(e);
                lock (_lines)
                {
                    _lines.Enqueue(line);
                    if (_lines.Count > ShownEvents)
                    {
                        _lines.Dequeue();
                    }
                }
            }
        }

        public string[] Latest()
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }
}
