using Microsoft.Coyote.Runtime;

namespace AgentOrchestration;

/// <summary>What eng/schedules puts in the place of a gate of one word. Before it is taken and after it is given back the schedule may change; who finds it taken waits for a release.</summary>
internal static class ControlledGate
{
    // Only one operation runs at a time, so these need no protection.
    private static readonly Dictionary<int, int> Held = [];
    private static long _releases;

    /// <summary>Gates that the current operation holds, of all kinds.</summary>
    public static int HeldHere => Held.GetValueOrDefault(Environment.CurrentManagedThreadId);

    /// <summary>Forgets what operations held that were ended within a gate, at the end of an earlier schedule.</summary>
    public static void Reset() => Held.Clear();

    /// <returns>What the gate held before: 0, as for who takes it at once.</returns>
    public static int Take(ref int gate)
    {
        SchedulingPoint.Interleave();
        while (gate != 0)
        {
            var seen = _releases;
            Operation.PauseUntil(() => _releases != seen);
        }

        gate = 1;
        Held[Environment.CurrentManagedThreadId] = HeldHere + 1;
        return 0;
    }

    public static void Give(ref int gate)
    {
        gate = 0;
        Held[Environment.CurrentManagedThreadId] = HeldHere - 1;
        _releases++;
        SchedulingPoint.Interleave();
    }
}
