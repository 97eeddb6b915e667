namespace AgentOrchestration.Schedules;

/// <summary>The bug that the patched copy of the core has now. In the copy as it is nothing asks.</summary>
internal static class SeededBug
{
    public static string? Present { get; set; }

    public static bool Is(string name) => string.Equals(Present, name, StringComparison.Ordinal);

    /// <summary>Leaves a gate between a check and the act that relies on it.</summary>
    public static void Gap(string name, Lock gate)
    {
        if (Is(name))
        {
            gate.Exit();
            gate.Enter();
        }
    }
}
