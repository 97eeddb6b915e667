using AgentOrchestration.Llm.Automation;

namespace AgentOrchestration;

/// <summary>What a model may do with a user interface, and how much it is shown.</summary>
public sealed record AutomationToolsOptions
{
    /// <summary>
    /// Where pages may be, such as <c>https://shop.example.org</c> or <c>http://127.0.0.1:8080</c>: scheme, host and port, compared exactly. Only such addresses are opened, and nothing is done or
    /// shown while a surface is elsewhere. Must not be empty.
    /// </summary>
    public required IReadOnlyList<string> Origins { get; init; }

    /// <summary>The actions there are tools for. Default: all; <see cref="UiActionKind.Upload"/> only with an <see cref="UploadRoot"/>.</summary>
    public IReadOnlyList<UiActionKind> Actions { get; init; } = Enum.GetValues<UiActionKind>();

    /// <summary>The surfaces that may be used, with those that they open, such as <c>default/popup-1</c>; the first is taken where the model names none. Default: <c>default</c>.</summary>
    public IReadOnlyList<string> Surfaces { get; init; } = [UiElement.DefaultSurface];

    /// <summary>What a person is asked to approve before a dangerous action; gives null to ask nobody for this one. Null asks for none. The element is what the model named.</summary>
    public Func<UiAction, string?>? Approval { get; init; }

    /// <summary>Longest wait for the approval; then the action is refused. Default: null, as long as the agent lives.</summary>
    public TimeSpan? ApprovalTimeout { get; init; }

    /// <summary>Characters of what the model is shown of a surface or an element; what is beyond them is cut, and that is said.</summary>
    /// <value>From 100 to 1,000,000. Default: 20,000.</value>
    public int MaxCharacters { get; init; } = 20_000;

    /// <summary>Whether an observation comes with a picture, for models that see. Default: false.</summary>
    public bool Screenshots { get; init; }

    /// <summary>The folder whose files may be uploaded; the model names them by their paths below it, and no link leads out of it. Null allows none.</summary>
    public string? UploadRoot { get; init; }

    /// <summary>Longest time for one action; null takes the adapter's. Default: 10 s, since a model can look what is the matter.</summary>
    /// <value>Above zero, up to 1 day, or null.</value>
    public TimeSpan? Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong with it; null for nothing.</summary>
    internal string? FindFault() => this switch
    {
        { Origins: null or [] } => $"{nameof(Origins)} must name at least one origin, such as https://example.org.",
        { Surfaces: null or [] } => $"{nameof(Surfaces)} must name at least one surface.",
        { Actions: null } => $"{nameof(Actions)} must be a list.",
        _ when Origins.FirstOrDefault(static origin => PageOrigin.Parse(origin) is null) is { } wrong => $"'{wrong}' in {nameof(Origins)} is no origin: write scheme, host and port, such as https://example.org.",
        _ when Surfaces.Any(string.IsNullOrWhiteSpace) => $"A name in {nameof(Surfaces)} is blank.",
        _ when Actions.Any(static action => !Enum.IsDefined(action)) => $"{nameof(Actions)} holds one that does not exist.",
        { MaxCharacters: < 100 or > 1_000_000 } => $"{nameof(MaxCharacters)} must be from 100 to 1,000,000.",
        _ when Timeout is { } time && (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1)) => $"{nameof(Timeout)} must be above zero and at most 1 day.",
        _ => null,
    };
}
