using System.Diagnostics;

namespace AgentOrchestration.Llm.Routing;

/// <summary>How many calls one client may answer at the same time: one more after a window of successes, half as many after a refusal.</summary>
/// <remarks>
/// <para>Additive increase and multiplicative decrease, which lets hosts that share a client and do not know of each other end at fair shares (Chiu and Jain, 1989). Successes count only where
/// the limit was used up: others say nothing of what lies beyond it (RFC 7661).</para>
/// <para>The limit that was refused last is remembered, and the step back to it takes <see cref="WindowsBeforeRefused"/> windows. With one window, the limit of a client that bears n calls
/// swings between n/2 and n + 1, and up to a quarter of what it bears is lost.</para>
/// <para>Belongs to the pool: call it with its gate held.</para>
/// </remarks>
internal sealed class AimdLimit
{
    public const int WindowsBeforeRefused = 10;

    private readonly int _lowest;
    private readonly int _highest;
    private int _successes;
    private int _refused = int.MaxValue;

    public AimdLimit(int lowest, int highest)
    {
        Debug.Assert(lowest >= 1 && highest >= lowest, "Checked with the options.");
        (_lowest, _highest, Current) = (lowest, highest, highest);
    }

    public int Current { get; private set; }

    /// <summary>Counts the decreases: calls that began before the last one say nothing of the limit that holds now.</summary>
    public int Epoch { get; private set; }

    /// <summary>A call was answered.</summary>
    /// <param name="epoch">The epoch in which it began.</param>
    /// <param name="wasFull">Whether the limit was used up when it ended.</param>
    public void Succeed(int epoch, bool wasFull)
    {
        if (epoch != Epoch || !wasFull || Current == _highest)
        {
            return;
        }

        var windows = Current + 1 == _refused ? WindowsBeforeRefused : 1;
        if (++_successes >= windows * (long)Current)
        {
            Current++;
            _successes = 0;
        }
    }

    /// <summary>A call was refused: halves the limit, once for all calls of an epoch, which one burst was.</summary>
    /// <param name="epoch">The epoch in which it began.</param>
    /// <param name="inFlight">Calls in flight, the refused one included.</param>
    /// <returns>Whether this was the first refusal of its epoch.</returns>
    public bool Refuse(int epoch, int inFlight)
    {
        if (epoch != Epoch)
        {
            return false;
        }

        Epoch++;
        _successes = 0;
        _refused = Math.Min(inFlight, Current);
        Current = Math.Max(_lowest, Current / 2);
        return true;
    }
}
