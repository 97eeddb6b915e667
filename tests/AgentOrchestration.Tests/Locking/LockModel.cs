namespace AgentOrchestration.Tests.Locking;

/// <summary>The rules of locking, in the most obvious form: lists, searched from the front.</summary>
internal sealed class LockModel(IReadOnlyList<LockModel.Owner> owners)
{
    public static readonly IReadOnlyList<ResourceKey> Keys =
    [
        ResourceKey.Named("a"), ResourceKey.Named("b"),
        ResourceKey.File("/model/d/x"), ResourceKey.File("/model/d/e/y"), ResourceKey.Directory("/model/d"), ResourceKey.Directory("/model/d/e"),
        ResourceKey.UiElement("#save", "form"), ResourceKey.UiSurface("form"),
    ];

    // What a directory or surface has in it.
    private static readonly Dictionary<int, int[]> Contents = new() { [4] = [2, 3, 5], [5] = [3], [7] = [6] };

    private readonly List<Wait> _waits = [];
    private readonly HashSet<int> _idle = [];
    private readonly HashSet<int> _closed = [];
    private int _arrivals;

    public enum Answer
    {
        Granted,
        Waits,
        Deadlock,
        Upgrade,
        Closed,
        Conflict,
    }

    public List<Hold> Holds { get; } = [];

    public bool IsWaiting(int owner) => _waits.Exists(wait => wait.Owner == owner);

    public bool IsIdle(int owner) => _idle.Contains(owner);

    public bool IsWaitOpen(int id) => _waits.Exists(wait => wait.Id == id);

    /// <summary>Who is in the way of the last request that was not granted.</summary>
    public IReadOnlySet<int> LastBlockers { get; private set; } = new HashSet<int>();

    public Answer Acquire(int id, int owner, IReadOnlyList<Member> members, bool wait)
    {
        if (_closed.Contains(owner))
            return Answer.Closed;
        if (members.Any(member => IsUpgrade(owner, member)))
            return Answer.Upgrade;

        var reenters = members.Select(member => Holds.Exists(hold => Inherits(owner, hold.Owner) && Overlap(hold.Key, member.Key))).ToList();
        var added = new Wait(id, owner, members, reenters, _arrivals++, owners[owner].Priority);
        _waits.Add(added);
        var (holders, ahead) = Blockers(added);
        if (holders.Count + ahead.Count == 0)
        {
            Grant(added);
            return Answer.Granted;
        }

        LastBlockers = holders.Concat(ahead.Select(other => other.Owner)).ToHashSet();
        if (!wait || Stuck().Contains(added))
        {
            _waits.Remove(added);
            return wait ? Answer.Deadlock : Answer.Conflict;
        }

        return Answer.Waits;
    }

    public void Release(int id)
    {
        Holds.RemoveAll(hold => hold.Id == id);
        HandOver();
    }

    public void GiveUp(int id)
    {
        _waits.RemoveAll(wait => wait.Id == id);
        HandOver();
    }

    /// <summary>An activity joins others or is over.</summary>
    /// <returns>The waits that are refused: of those that are stuck with its agent the youngest, until none is.</returns>
    public IReadOnlyList<int> GoIdle(int owner)
    {
        _idle.Add(owner);
        var refused = new List<int>();
        while (StuckTogether(owner).MaxBy(wait => wait.Arrival) is { } youngest)
        {
            refused.Add(youngest.Id);
            GiveUp(youngest.Id);
        }

        return refused;
    }

    public void GoOn(int owner) => _idle.Remove(owner);

    /// <summary>The attempt of an owner ends: what it waits for and what it holds.</summary>
    public void Close(int owner)
    {
        _closed.Add(owner);
        _waits.RemoveAll(wait => wait.Owner == owner);
        Holds.RemoveAll(hold => hold.Owner == owner);
        HandOver();
    }

    private static bool Covers(int container, int key) => Contents.TryGetValue(container, out var inside) && inside.Contains(key);

    private static bool Overlap(int one, int other) => one == other || Covers(one, other) || Covers(other, one);

    private static bool Conflict(ResourceMode one, ResourceMode other) => one == ResourceMode.Exclusive || other == ResourceMode.Exclusive;

    private bool Inherits(int owner, int holder) =>
        !owners[owner].IsAnonymous && (owner == holder || (owners[owner].Parent is { } parent && Inherits(parent, holder)));

    private bool IsUpgrade(int owner, Member member)
    {
        var own = Holds.Where(hold => Inherits(owner, hold.Owner) && hold.Key == member.Key).ToList();
        return member.Mode == ResourceMode.Exclusive && own.Count > 0 && own.TrueForAll(hold => hold.Mode == ResourceMode.Shared);
    }

    private void HandOver()
    {
        while (_waits.Find(wait => Blockers(wait) is { Holders.Count: 0, Ahead.Count: 0 }) is { } ready)
            Grant(ready);
    }

    private void Grant(Wait wait)
    {
        _waits.Remove(wait);
        Holds.AddRange(wait.Members.Select(member => new Hold(wait.Id, wait.Owner, member.Key, member.Mode)));
    }

    private (HashSet<int> Holders, HashSet<Wait> Ahead) Blockers(Wait wait)
    {
        var holders = new HashSet<int>();
        var ahead = new HashSet<Wait>();
        for (var i = 0; i < wait.Members.Count; i++)
        {
            var member = wait.Members[i];
            foreach (var hold in Holds.Where(hold => !Inherits(wait.Owner, hold.Owner) && Overlap(hold.Key, member.Key) && Conflict(hold.Mode, member.Mode)))
                holders.Add(hold.Owner);

            foreach (var other in _waits.Where(other => other != wait))
            {
                for (var j = 0; j < other.Members.Count; j++)
                {
                    var wanted = other.Members[j];
                    var precedes = other.Reenters[j] || other.Order < wait.Order;
                    if (Overlap(wanted.Key, member.Key) && Conflict(wanted.Mode, member.Mode) && !wait.Reenters[i] && precedes)
                        ahead.Add(other);
                }
            }
        }

        return (holders, ahead);
    }

    // What can come is what follows from those who work; the rest is stuck.
    private List<Wait> Stuck()
    {
        var canEnd = new HashSet<Wait>();
        while (_waits.Find(wait => !canEnd.Contains(wait) && Blockers(wait) is var (holders, ahead) && ahead.All(canEnd.Contains) && holders.All(CanMove)) is { } next)
            canEnd.Add(next);
        return [.. _waits.Where(wait => !canEnd.Contains(wait))];

        bool CanMove(int holder) => owners[holder].IsAnonymous || Activities(holder).Any(owner =>
            !_idle.Contains(owner) && (_waits.Find(wait => wait.Owner == owner) is not { } wait || canEnd.Contains(wait)));
    }

    // The stuck waits that the stuck waits of this owner's agent wait for, directly or not.
    private List<Wait> StuckTogether(int owner)
    {
        var stuck = Stuck();
        var reached = stuck.Where(wait => Activities(owner).Contains(wait.Owner)).ToHashSet();
        for (var before = 0; before != reached.Count;)
        {
            before = reached.Count;
            foreach (var (holders, ahead) in reached.Select(Blockers).ToList())
                reached.UnionWith(stuck.Where(wait => ahead.Contains(wait) || holders.Any(holder => !owners[holder].IsAnonymous && Activities(holder).Contains(wait.Owner))));
        }

        return [.. reached];
    }

    // All of the agent.
    private IEnumerable<int> Activities(int owner) => Enumerable.Range(0, owners.Count).Where(other => Root(other) == Root(owner));

    private int Root(int owner) => owners[owner].Parent is { } parent ? Root(parent) : owner;

    public sealed record Owner(int Priority, int? Parent = null, bool IsAnonymous = false);

    public sealed record Member(int Key, ResourceMode Mode);

    public sealed record Hold(int Id, int Owner, int Key, ResourceMode Mode);

    private sealed record Wait(int Id, int Owner, IReadOnlyList<Member> Members, IReadOnlyList<bool> Reenters, int Arrival, int Priority)
    {
        public int Order => Arrival - (Priority * 1024);
    }
}
