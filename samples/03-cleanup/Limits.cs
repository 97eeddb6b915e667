namespace Cleanup;

/// <summary>The sizes of this sample.</summary>
internal static class Limits
{
    public const int MaxEndedAgents = 100;
    public const int MaxRetainedEvents = 1024;
    public const int Rounds = 30;
    public const int AgentsPerRound = 100;
    public const int OutputCharacters = 30_000;

    public static TimeSpan Retention { get; } = TimeSpan.FromSeconds(2);
}
