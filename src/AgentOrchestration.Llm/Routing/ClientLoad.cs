namespace AgentOrchestration.Llm.Routing;

/// <summary>What is in flight at one client, and what it can bear now. Belongs to the pool: touch it with its gate held.</summary>
internal sealed class ClientLoad(ModelClient client)
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestOwnRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRest = TimeSpan.FromDays(1);
    private static readonly TimeSpan Finest = TimeSpan.FromMilliseconds(1);

    private int _refusals;

    public ModelClient Client { get; } = client;

    public AimdLimit Limit { get; } = new(client.Options.MinConcurrentCalls, client.Options.MaxConcurrentCalls);

    public int InFlight { get; set; }

    public CircuitPhase Circuit { get; set; }

    /// <summary>Whether the trial of the circuit is under way.</summary>
    public bool IsTried { get; set; }

    /// <summary>Ends the time for which the client asked not to be called; null if it did not.</summary>
    public Alarm? Rest { get; set; }

    /// <summary>Ends the time for which the circuit is open; null if it is not.</summary>
    public Alarm? Break { get; set; }

    public bool HasRoom => Rest is null && InFlight < Limit.Current && (Circuit == CircuitPhase.Closed || (Circuit == CircuitPhase.Trial && !IsTried));

    /// <summary>The load that one more call would make, by weight: of weighted least connections.</summary>
    public double LoadWithOneMore => (InFlight + 1) / (Limit.Current * Client.Options.Weight);

    /// <summary>The earliest that time alone gives it room; now, if time has nothing to do with it.</summary>
    public long RoomAfter => Math.Max(Rest?.Due ?? long.MinValue, Break?.Due ?? long.MinValue);

    public void Succeed(int epoch)
    {
        _refusals = 0;
        Limit.Succeed(epoch, wasFull: InFlight >= Limit.Current);
    }

    /// <summary>The client asked to be called later.</summary>
    /// <param name="epoch">The epoch in which the call began.</param>
    /// <param name="asked">For how long, if it said.</param>
    /// <param name="isNews">Whether this is the first refusal of a burst.</param>
    /// <returns>How long it is not called: as asked, or else a time that doubles with each burst until something is answered.</returns>
    public TimeSpan Refuse(int epoch, TimeSpan? asked, out bool isNews)
    {
        const int MostDoublings = 5;
        isNews = Limit.Refuse(epoch, InFlight);
        if (isNews)
        {
            _refusals++;
        }

        if (asked is { } rest && rest >= Finest)
        {
            return rest < LongestRest ? rest : LongestRest;
        }

        var own = FirstRest * (1 << Math.Clamp(_refusals - 1, 0, MostDoublings));
        return own < LongestOwnRest ? own : LongestOwnRest;
    }
}
