using AgentOrchestration;
using Spectre.Console;

namespace ParallelCodeAnalysis.Terminal;

/// <summary>A state, in its colour.</summary>
internal static class StateText
{
    public static Text Draw(AgentState state) => new(state.ToString().ToLowerInvariant(), Colour(state));

    private static Color Colour(AgentState state) => state switch
    {
        AgentState.Running => Color.Green,
        AgentState.Waiting or AgentState.Paused => Color.Yellow,
        AgentState.Failed => Color.Red,
        AgentState.Cancelled => Color.Fuchsia,
        AgentState.Completed => Color.Blue,
        _ => Color.Default,
    };
}
