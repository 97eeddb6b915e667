using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>Within the core, dependencies point one way: Coordination on Scheduling, that on the features below it, those on what they share.</summary>
public sealed class DependencyTests
{
    private static readonly System.Reflection.Assembly Core = typeof(IAgentOrchestrator).Assembly;

    // Everything absent is forbidden. The root holds the contract and what composes it, and may use all; ids and exceptions there may be used by all.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Internal"] = [],
        ["Diagnostics"] = [],
        ["Approvals"] = ["Internal"],
        ["Locking"] = ["Internal"],
        ["Budgets"] = ["Internal"],
        ["Tools"] = ["Internal", "Locking"],
        ["Goals"] = ["Internal", "Locking", "Budgets"],
        ["Files"] = ["Internal", "Locking"],
        ["Knowledge"] = ["Internal"],
        ["Routing"] = ["Internal", "Goals", "Budgets"],
        ["Automation"] = ["Internal", "Locking"],
        ["Agents"] = ["Internal", "Goals", "Approvals", "Locking", "Files", "Knowledge", "Budgets", "Tools", "Routing", "Automation"],
        ["Events"] = ["Internal", "Goals", "Approvals", "Locking", "Budgets", "Tools", "Routing", "Automation", "Agents"],
        ["Durability"] = ["Internal", "Goals", "Approvals", "Locking", "Knowledge", "Budgets", "Tools", "Routing", "Agents", "Events"],
        ["Scheduling"] = ["Internal", "Diagnostics", "Durability", "Goals", "Approvals", "Locking", "Files", "Knowledge", "Budgets", "Tools", "Routing", "Automation", "Agents", "Events"],
        ["Coordination"] = ["Internal", "Durability", "Goals", "Budgets", "Routing", "Agents", "Events", "Scheduling"],
        ["DependencyInjection"] = ["Internal", "Agents", "Locking", "Automation", "Coordination"],
    };

    // What of the root a feature may use: values that name things, the errors, the options it is made with, and its own handle.
    private static readonly HashSet<string> SharedRoot = new(StringComparer.Ordinal)
    {
        nameof(AgentId), nameof(RunId), nameof(ApprovalId), nameof(AgentOrchestrationException), nameof(AgentOrchestrationOptions),
    };

    private static readonly Dictionary<string, string[]> MayAlsoUse = new(StringComparer.Ordinal)
    {
        ["Scheduling"] = [nameof(AgentHandle), nameof(AgentOrchestrator)],
        ["Coordination"] = [nameof(IAgentOrchestrator), nameof(AgentHandle), nameof(RestoreReport)],
        ["DependencyInjection"] = [nameof(IAgentOrchestrator), nameof(AgentOrchestrator)],
    };

    [Fact]
    public void Folders_DependOnlyOnThoseBelow()
    {
        var architecture = new ArchLoader().LoadAssemblies(Core).Build();
        var types = Core.GetTypes().Where(type => type.FullName is not null).GroupBy(type => type.FullName!, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var violations = new SortedSet<string>(StringComparer.Ordinal);
        var seen = 0;
        foreach (var origin in architecture.Types)
        {
            if (!types.TryGetValue(origin.FullName, out var from) || SourceFolders.Of(from) is not { } folder || folder == SourceFolders.Root)
            {
                continue;
            }

            Assert.True(Allowed.ContainsKey(folder), $"Folder {folder} is not in the table of allowed dependencies.");
            foreach (var dependency in origin.Dependencies)
            {
                // A goal or output names its converter in an attribute, so that it serialises alike everywhere; it does not use it.
                if (dependency.Target.Name.EndsWith("JsonConverter", StringComparison.Ordinal))
                {
                    continue;
                }

                if (!types.TryGetValue(dependency.Target.FullName, out var to) || SourceFolders.Of(to) is not { } target || target == folder)
                {
                    continue;
                }

                seen++;
                var outermost = to.DeclaringType ?? to;
                var allowed = target == SourceFolders.Root
                    ? SharedRoot.Contains(outermost.Name) || (MayAlsoUse.TryGetValue(folder, out var also) && also.Contains(outermost.Name, StringComparer.Ordinal))
                    : Allowed[folder].Contains(target, StringComparer.Ordinal);
                if (!allowed)
                {
                    violations.Add($"{folder}/{from.Name} -> {target}/{to.Name}");
                }
            }
        }

        Assert.True(seen > 100, $"Only {seen} dependencies were found: the test does not see the code.");
        Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations));
    }

    [Fact]
    public void TheTableItself_HasNoCycle()
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        while (Allowed.Keys.FirstOrDefault(folder => !done.Contains(folder) && Allowed[folder].All(done.Contains)) is { } free)
        {
            done.Add(free);
        }

        Assert.Equal(Allowed.Count, done.Count);
    }
}
