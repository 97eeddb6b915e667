using AgentOrchestration.Llm.Workspace;

namespace AgentOrchestration;

/// <summary>What workspace tools may touch, and how much they give.</summary>
public sealed record WorkspaceToolsOptions
{
    /// <summary>Whether there are no tools that write. Default: false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// The files that exist for the tools, as patterns of paths below the root: <c>*</c> and <c>?</c> within a name, <c>**</c> over names, <c>{a,b}</c> for either. A pattern without <c>/</c> holds
    /// in every folder. Links count as what they lead to. Default: all.
    /// </summary>
    public IReadOnlyList<string> Files { get; init; } = ["**"];

    /// <summary>Names of folders and files that do not exist for the tools, wherever they are, in any case. Default: version control, build output and installed packages.</summary>
    /// <remarks>Keep version control in it: who may write below <c>.git</c> can have programs run by it.</remarks>
    public IReadOnlyList<string> Excluded { get; init; } = [".git", ".hg", ".svn", ".vs", "bin", "node_modules", "obj"];

    /// <summary>Characters of one result; what is cut is marked.</summary>
    /// <value>From 1,000 to 1,000,000. Default: 30,000.</value>
    public int MaxResultCharacters { get; init; } = 30_000;

    /// <summary>Characters of one line in a result; what is cut is marked.</summary>
    /// <value>From 100 to <see cref="MaxResultCharacters"/> / 2. Default: 500.</value>
    public int MaxLineCharacters { get; init; } = 500;

    /// <summary>Bytes of a file that is read, searched or written; a larger one is refused, or left out of a search.</summary>
    /// <value>From 1 to <see cref="AgentOrchestrationOptions.MaxFileBytes"/>. Default: 4,194,304.</value>
    public int MaxFileBytes { get; init; } = 4_194_304;

    /// <summary>Lines that a search finds, and files that are found by their names.</summary>
    /// <value>From 1. Default: 200.</value>
    public int MaxMatches { get; init; } = 200;

    /// <summary>How long one search may take, on the orchestrator's clock, and one line of it, on the system's; what is found by then is given.</summary>
    /// <value>From 1 ms to 1 hour. Default: 10 s.</value>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong with it; null for nothing.</summary>
    internal string? FindFault() => this switch
    {
        { Files: null } or { Excluded: null } => $"{nameof(Files)} and {nameof(Excluded)} must be lists.",
        { MaxResultCharacters: < 1_000 or > 1_000_000 } => $"{nameof(MaxResultCharacters)} must be from 1,000 to 1,000,000.",
        _ when MaxLineCharacters < 100 || MaxLineCharacters > MaxResultCharacters / 2 => $"{nameof(MaxLineCharacters)} must be from 100 to half of {nameof(MaxResultCharacters)}.",
        { MaxFileBytes: < 1 } or { MaxMatches: < 1 } => $"{nameof(MaxFileBytes)} and {nameof(MaxMatches)} must be at least 1.",
        _ when TimeLimit < TimeSpan.FromMilliseconds(1) || TimeLimit > TimeSpan.FromHours(1) => $"{nameof(TimeLimit)} must be from 1 ms to 1 hour.",
        _ => Files.FirstOrDefault(static pattern => Glob.TryParse(pattern) is null) is { } wrong ? $"'{wrong}' in {nameof(Files)} is no pattern." : null,
    };
}
