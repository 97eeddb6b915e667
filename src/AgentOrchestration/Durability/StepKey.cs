using System.Globalization;

namespace AgentOrchestration.Durability;

/// <summary>
/// The keys of steps: attempt, path of activities and number within the activity, such as <c>1.3</c>, or <c>1.3-0.2</c> for the third step of the first activity that the fourth step of the first attempt
/// forked. Code that does the same again gives its steps the same keys again.
/// </summary>
internal static class StepKey
{
    private const string Goal = "goal:";

    public static string Of(int attempt, string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{attempt}{path}.{number}");

    public static string Fork(string path, int number, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}-{index}");

    /// <summary>The path of what is done within a step.</summary>
    public static string Within(string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");

    /// <summary>The number in a key of this attempt and path; null if it is of another.</summary>
    public static int? NumberOf(string? key, int attempt, string path)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{attempt}{path}.");
        return key is not null && key.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(key.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    /// <summary>The key of the approval that a tool needs.</summary>
    public static string ForApproval(string step) => step + "?";

    public static string ForGoal(string name) => Goal + name;

    public static bool IsGoal(string key) => key.StartsWith(Goal, StringComparison.Ordinal);

    public static string GoalOf(string key) => key[Goal.Length..];

    /// <summary>The key of a run that an agent started: which agent, and in which step.</summary>
    public static string ForRun(AgentId owner, string step) => $"{owner}/{step}";

    public static (string Owner, string Step)? SplitOwner(string key) => key.LastIndexOf('/') is > 0 and var slash ? (key[..slash], key[(slash + 1)..]) : null;
}
