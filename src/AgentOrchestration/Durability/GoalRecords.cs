using System.Text.Json;

namespace AgentOrchestration.Durability;

/// <summary>Whether goals can be stored.</summary>
internal static class GoalRecords
{
    /// <exception cref="ArgumentException">A goal holds something that has no JSON form.</exception>
    public static void ThrowIfUnwritable(IReadOnlyList<AgentGoal> goals)
    {
        // What is null, or not valid, is told by who accepts them.
        foreach (var goal in goals ?? [])
        {
            if (goal is { Attachments.Count: > 0 })
            {
                try
                {
                    JsonSerializer.Serialize(goal, AgentEventJson.Info<AgentGoal>());
                }
                catch (Exception exception) when (exception is NotSupportedException or JsonException or InvalidOperationException)
                {
                    throw new ArgumentException($"{goal} cannot be stored: one of its attachments has no JSON form.", nameof(goals), exception);
                }
            }
        }
    }
}
