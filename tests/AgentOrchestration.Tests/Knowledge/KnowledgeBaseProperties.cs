using System.Collections.Concurrent;
using AgentOrchestration.Knowledge;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Knowledge;

/// <summary>Generated runs against a model that is a dictionary and nothing else.</summary>
public sealed class KnowledgeBaseProperties
{
    // A third fits: writes evict all the time.
    private const long SmallBytes = 4096;
    private const long LargeBytes = 1 << 20;

    private static readonly string[] Words = ["lock", "slot", "gate", "queue", "event"];

    // Any, absent, or a version that may be there.
    private static readonly Gen<int> Expectations = Gen.Frequency((4, Gen.Const(-1)), (3, Gen.Const(0)), (3, Gen.Int[1, 20]));

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Enum<Call>(), Gen.Int[0, 9], Expectations, Gen.OneOf(Words).Array[0, 12], Gen.Int[0, 2], Gen.Long,
        (call, key, expected, words, importance, id) => new Step(call, $"k{key}", expected, string.Join(' ', words), importance / 2.0, id));

    private enum Call
    {
        Write,
        Remove,
        Get,
        Search,
        List,
    }

    [Theory]
    [InlineData(LargeBytes)]
    [InlineData(SmallBytes)]
    public void Sequentially_TheBaseIsTheModel(long maxBytes) =>
        Steps.Array[1, 120].Sample(steps =>
        {
            var knowledge = new InMemoryKnowledgeBase(maxBytes, new FakeTimeProvider());
            var model = new SortedDictionary<string, Known>(StringComparer.Ordinal);
            var lastVersion = 0L;
            foreach (var step in steps)
                Check(step, knowledge, model, ref lastVersion);

            Assert.Equal(model.Values.Select(known => known.Print), All(knowledge).Select(Print));
            Assert.Equal(All(knowledge).Sum(entry => entry.Text.Length), model.Values.Sum(known => known.Text.Length));
        });

    [Fact]
    public void InParallel_EveryCallSeemsToHappenAtOneInstant() =>
        Gen.Int.Select(_ => new Recorded()).SampleParallel(
            Steps.Operation<Recorded>((state, step) => state.Run(step)),
            equal: (left, right) => left.SameAs(right),
            print: state => state.ToString(),
            iter: 60);

    private static void Check(Step step, InMemoryKnowledgeBase knowledge, SortedDictionary<string, Known> model, ref long lastVersion)
    {
        var current = model.GetValueOrDefault(step.Key);
        var allowed = step.Expected == -1 || step.Expected == (current?.Version ?? 0);
        switch (step.Call)
        {
            case Call.Write:
                var written = Now(knowledge.TryWriteAsync(step.Draft, step.ExpectedVersion));
                Assert.Equal(allowed, written.Applied);
                if (allowed)
                {
                    model[step.Key] = new Known(step.Key, step.Text, step.Importance, ++lastVersion);
                    Evict(model, step.Key, written.Evicted);
                }

                Assert.Equal(model.GetValueOrDefault(step.Key)?.Print, Print(written.Entry));
                Assert.InRange(Now(knowledge.GetStatisticsAsync()).Bytes, 0, Now(knowledge.GetStatisticsAsync()).MaxBytes!.Value);
                Assert.Equal(model.Keys, All(knowledge).Select(entry => entry.Key));
                break;
            case Call.Remove:
                var removed = Now(knowledge.TryRemoveAsync(step.Key, step.ExpectedVersion));
                Assert.Equal(allowed && current is not null, removed.Applied);
                Assert.Equal(current?.Print, Print(removed.Entry));
                if (removed.Applied)
                    model.Remove(step.Key);
                break;
            case Call.Get:
                Assert.Equal(current?.Print, Print(Now(knowledge.GetAsync(step.Key))));
                break;
            case Call.Search:
                var found = Now(knowledge.SearchAsync(step.Text, limit: int.MaxValue)).Select(match => match.Entry.Key);
                var query = step.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                Assert.Equal(model.Values.Where(known => known.Text.Split(' ').Intersect(query).Any()).Select(known => known.Key), found.Order(StringComparer.Ordinal));
                break;
            default:
                Assert.Equal(
                    model.Values.Where(known => known.Importance >= step.Importance).Select(known => known.Print),
                    Now(knowledge.ListAsync(new KnowledgeFilter { MinImportance = step.Importance })).Select(Print));
                break;
        }
    }

    // How many go is the base's to say, because it knows sizes; which go is not.
    private static void Evict(SortedDictionary<string, Known> model, string written, int count)
    {
        foreach (var known in model.Values.Where(known => known.Key != written).OrderBy(known => known.Importance).ThenBy(known => known.Version).Take(count).ToArray())
            model.Remove(known.Key);
    }

    private static IReadOnlyList<KnowledgeEntry> All(InMemoryKnowledgeBase knowledge) => Now(knowledge.ListAsync());

    private static string? Print(KnowledgeEntry? entry) => entry is null ? null : new Known(entry.Key, entry.Text, entry.Importance, entry.Version).Print;

    // The base in memory never waits.
    private static T Now<T>(ValueTask<T> call)
    {
        Assert.True(call.IsCompleted);
#pragma warning disable VSTHRD002 // Complete: checked above.
        return call.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private sealed record Step(Call Call, string Key, int Expected, string Text, double Importance, long Id)
    {
        public KnowledgeDraft Draft => new(Key, Text) { Importance = Importance };

        public ExpectedVersion ExpectedVersion => Expected < 0 ? ExpectedVersion.Any : ExpectedVersion.Of(Expected);
    }

    private sealed record Known(string Key, string Text, double Importance, long Version)
    {
        public string Print => $"{Key} {Version} {Importance} {Text}";
    }

    /// <summary>A base and what each call on it returned: a run is linear only if some order of its calls explains the answers too.</summary>
    private sealed class Recorded
    {
        private readonly InMemoryKnowledgeBase _knowledge = new(SmallBytes / 2, new FakeTimeProvider());
        private readonly ConcurrentDictionary<long, string> _answers = new();

        public void Run(Step step) => _answers[step.Id] = step.Call switch
        {
            Call.Write => Print(Now(_knowledge.TryWriteAsync(step.Draft, step.ExpectedVersion))),
            Call.Remove => Print(Now(_knowledge.TryRemoveAsync(step.Key, step.ExpectedVersion))),
            Call.Get => KnowledgeBaseProperties.Print(Now(_knowledge.GetAsync(step.Key))) ?? "",
            Call.Search => string.Join('|', Now(_knowledge.SearchAsync(step.Text)).Select(match => $"{match.Entry.Key} {match.Score:R}")),
            _ => string.Join('|', All(_knowledge).Select(KnowledgeBaseProperties.Print)),
        };

        public bool SameAs(Recorded other) =>
            _answers.Count == other._answers.Count
            && _answers.All(answer => other._answers.TryGetValue(answer.Key, out var theirs) && answer.Value == theirs)
            && All(_knowledge).Select(KnowledgeBaseProperties.Print).SequenceEqual(All(other._knowledge).Select(KnowledgeBaseProperties.Print))
            && Now(_knowledge.GetStatisticsAsync()) == Now(other._knowledge.GetStatisticsAsync());

        public override string ToString() => string.Join(Environment.NewLine, All(_knowledge).Select(KnowledgeBaseProperties.Print));

        private static string Print(KnowledgeChange change) => $"{change.Applied} {change.Evicted} {KnowledgeBaseProperties.Print(change.Entry)}";
    }
}
