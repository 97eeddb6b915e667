using System.Reflection;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Tests.Architecture;

public sealed partial class PublicApiTests
{
    private static readonly Type[] PublicTypes = [.. typeof(IAgentOrchestrator).Assembly.GetExportedTypes()];

    [Fact]
    public void PublicClasses_AreSealedOrClosed()
    {
        var open = PublicTypes
            .Where(type => type is { IsClass: true, IsSealed: false })
            .Where(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Any(constructor => constructor.IsPublic || constructor.IsFamily || constructor.IsFamilyOrAssembly))

            // An abstract record has a protected copy constructor; what closes it is a member that no other assembly can implement.
            .Where(type => !type.GetMembers(BindingFlags.Instance | BindingFlags.NonPublic).OfType<MethodInfo>().Any(method => method.IsAbstract && (method.IsAssembly || method.IsFamilyAndAssembly)));

        Assert.Empty(open);
    }

    [Fact]
    public void PublicAsyncMembers_EndInAToken_OrBelongToAContext()
    {
        // A context's waits, and those of a call that it began, end with its agent, whose token they have; IAsyncDisposable and streams have none.
        var without = PublicTypes
            .Where(type => type != typeof(AgentContext) && type != typeof(ModelCallScope) && !type.IsSubclassOf(typeof(Delegate)))
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name != nameof(IAsyncDisposable.DisposeAsync))
            .Where(method => method.GetParameters() is not [.., { ParameterType: var last }] || last != typeof(CancellationToken))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");

        Assert.Empty(without);
    }

    [Fact]
    public void PublicTypes_AreInTheRootNamespace_SoThatOneUsingIsEnough() => Assert.DoesNotContain(
        PublicTypes,
        type => type.Namespace != "AgentOrchestration" && type.Namespace != "Microsoft.Extensions.DependencyInjection");

    [Fact]
    public void DefaultValues_AreInert()
    {
        default(ResourceGuard).Dispose();
        default(ResourceGuard).Dispose();

        Assert.Equal(default, new ChildAgent());
    }

    [Theory]
    [MemberData(nameof(TypesWithContent))]
    public void TypesWithContent_PrintNone(object value) => Assert.DoesNotContain("canary", value.ToString(), StringComparison.OrdinalIgnoreCase);

    public static TheoryData<object> TypesWithContent() =>
    [
        new AgentGoal("canary") { SuccessCriteria = ["canary"], Tags = new Dictionary<string, string> { ["a"] = "canary" } },
        new AgentOutput("canary"),
        new AgentError("code", "canary"),
        new AgentMessage("canary"),
        new CriterionResult("canary", CriterionVerdict.Met, "canary"),
        new ApprovalRequest(default, default, "canary", default),
        new ApprovalAnswer(Approved: true, "canary"),
        new AgentSpawned(1, default, "canary", "name"),
        new RunConditionJudged(1, default, "goal", Holds: true, "canary"),
        new RunGoalSkipped(1, default, "goal", SkipReason.RunStopped, "canary"),
        new RunStopping(1, default, "canary"),
        new AgentCondition.Question("canary"),
        new ConditionVerdict(Holds: true, "canary"),
        new JudgedCondition("goal", new ConditionVerdict(Holds: true, "canary")),
        new SkippedGoal("goal", "canary", SkipReason.RunStopped, "canary"),
        new CandidateScore(1, "canary"),
        new JudgeVerdict(0) { Scores = [new CandidateScore(1, "canary")] },
        new ResultAggregator.Merge("canary"),
        new CandidateJudge.Model("canary"),
        OrchestrationPlan.Create(new CoordinationPattern.Parallel(), ["canary"]),
        new AgentOutputProduced(1, default, "canary"),
        new AgentProgressed(1, default, "canary", 1),
        new AgentResult { Id = default, Goal = "canary", State = AgentState.Failed, Output = "canary", Error = new AgentError("code", "canary"), CancelReason = "canary" },
        new AgentStatus { Id = default, Name = "name", State = AgentState.Idle, CurrentGoal = "canary", CurrentStep = "canary", SpawnedAt = default, Tags = new Dictionary<string, string>() },
    ];

    /// <summary>Options with a range say so in an attribute, which the validator checks; the rest are listed here with the reason.</summary>
    [Fact]
    public void NumericOptions_AllHaveARange()
    {
        var without = typeof(AgentOrchestrationOptions).GetProperties()
            .Where(property => (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is var type && (type == typeof(int) || type == typeof(TimeSpan)))
            .Where(property => !property.GetCustomAttributes<System.ComponentModel.DataAnnotations.ValidationAttribute>().Any())
            .Select(property => property.Name);

        Assert.Empty(without);
    }

    [GeneratedRegex(@"INV-?(?<number>\d\d)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Invariant();

    [Fact]
    public void InvariantsOfTheRuntime_AreEachNamedByATest()
    {
        var tests = Path.GetFullPath(Path.Combine(SourceFolders.CorePath, "../../tests"));
        var named = Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) != "PublicApiTests.cs")
            .SelectMany(path => Invariant().Matches(File.ReadAllText(path)).Select(match => int.Parse(match.Groups["number"].ValueSpan)))
            .ToHashSet();

        Assert.DoesNotContain(Enumerable.Range(1, 30), number => !named.Contains(number));
    }
}
