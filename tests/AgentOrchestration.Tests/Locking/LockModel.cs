namespace AgentOrchestration.Tests.Locking;

/// <summary>The rules of locking, in the most obvious form: lists, searched from the front.</summary>
internal sealed class LockModel
{
    public static readonly IReadOnlyList<ResourceKey> Keys =
        [ResourceKey.Named("a"), ResourceKey.Named("b"), ResourceKey.File("/model/d/x"), ResourceKey.File("/model/d/y"), ResourceKey.Directory("/model/d")];

    private const int DirectoryIndex = 4;

    private readonly List<Wait> _waits = [];
    private int _arrivals;

    public enum Answer
    {
        Granted,
        Waits,
        Deadlock,
        Upgrade,
        Conflict,
    }

    public List<Hold> Holds { get; } = [];

    public bool IsWaiting(int owner) => _waits.Any(wait => wait.Owner == owner);

    public Answer Acquire(int id, int owner, int priority, IReadOnlyList<Member> members, bool wait)
    {
        if (members.Any(member => IsUpgrade(owner, member)))
            return Answer.Upgrade;

        var reenters = members.Select(member => Holds.Any(hold => hold.Owner == owner && Overlap(hold.Key, member.Key))).ToList();
        var added = new Wait(id, owner, members, reenters, (_arrivals++) - (priority * 1024));
        _waits.Add(added);
        if (Blockers(added).Count == 0)
        {
            Grant(added);
            return Answer.Granted;
        }

        if (!wait || Reaches(added, owner, []))
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

    private static bool Covers(int container, int key) => container == DirectoryIndex && key is 2 or 3;

    private static bool Overlap(int one, int other) => one == other || Covers(one, other) || Covers(other, one);

    private static bool Conflict(ResourceMode one, ResourceMode other) => one == ResourceMode.Exclusive || other == ResourceMode.Exclusive;

    private bool IsUpgrade(int owner, Member member)
    {
        var own = Holds.Where(hold => hold.Owner == owner && hold.Key == member.Key).ToList();
        return member.Mode == ResourceMode.Exclusive && own.Count > 0 && own.TrueForAll(hold => hold.Mode == ResourceMode.Shared);
    }

    private void HandOver()
    {
        while (_waits.Find(wait => Blockers(wait).Count == 0) is { } ready)
            Grant(ready);
    }

    private void Grant(Wait wait)
    {
        _waits.Remove(wait);
        Holds.AddRange(wait.Members.Select(member => new Hold(wait.Id, wait.Owner, member.Key, member.Mode)));
    }

    private HashSet<int> Blockers(Wait wait)
    {
        var blockers = new HashSet<int>();
        for (var i = 0; i < wait.Members.Count; i++)
        {
            var member = wait.Members[i];
            foreach (var hold in Holds.Where(hold => hold.Owner != wait.Owner && Overlap(hold.Key, member.Key) && Conflict(hold.Mode, member.Mode)))
                blockers.Add(hold.Owner);

            foreach (var other in _waits.Where(other => other != wait))
            {
                for (var j = 0; j < other.Members.Count; j++)
                {
                    var wanted = other.Members[j];
                    var precedes = other.Reenters[j] || other.Order < wait.Order;
                    if (Overlap(wanted.Key, member.Key) && Conflict(wanted.Mode, member.Mode) && !wait.Reenters[i] && precedes)
                        blockers.Add(other.Owner);
                }
            }
        }

        return blockers;
    }

    private bool Reaches(Wait wait, int target, HashSet<int> seen) => Blockers(wait).Any(owner =>
        owner == target || (seen.Add(owner) && _waits.Find(other => other.Owner == owner) is { } next && Reaches(next, target, seen)));

    public sealed record Member(int Key, ResourceMode Mode);

    public sealed record Hold(int Id, int Owner, int Key, ResourceMode Mode);

    private sealed record Wait(int Id, int Owner, IReadOnlyList<Member> Members, IReadOnlyList<bool> Reenters, int Order);
}
