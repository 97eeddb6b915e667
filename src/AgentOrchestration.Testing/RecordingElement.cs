using System.Collections.ObjectModel;

namespace AgentOrchestration.Testing;

/// <summary>An element of a <see cref="RecordingPage"/>. What it is may be changed at any time, by its own actions too; actions that wait for it see the change.</summary>
public sealed class RecordingElement
{
    private readonly Action _changed;

    internal RecordingElement(int number, string role, string name, IReadOnlyList<string> selectors, Action changed)
    {
        Number = number;
        Role = role;
        Name = name;
        Selectors = new ReadOnlyCollection<string>([.. selectors]);
        _changed = changed;
    }

    /// <summary>What it is for people who cannot see it, such as <c>button</c>, <c>textbox</c>, <c>checkbox</c> or <c>combobox</c>.</summary>
    public string Role { get; }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>The selectors that find it.</summary>
    public IReadOnlyList<string> Selectors { get; }

    /// <summary>What it holds, or the text that it shows. Default: empty.</summary>
    public string Value
    {
        get;
        set => Change(ref field, value);
    } = "";

    /// <summary>Whether it is checked. Default: false.</summary>
    public bool IsChecked
    {
        get;
        set => Change(ref field, value);
    }

    /// <summary>Whether it can be seen. Default: true.</summary>
    public bool IsVisible
    {
        get;
        set => Change(ref field, value);
    } = true;

    /// <summary>Whether it takes input. Default: true.</summary>
    public bool IsEnabled
    {
        get;
        set => Change(ref field, value);
    } = true;

    /// <summary>What it can be set to, for one that is selected from; empty for any. Default: empty.</summary>
    public IReadOnlyList<string> Options { get; set; } = [];

    /// <summary>Runs within each action on it, after its own effect; the action ends when it has. Null for nothing.</summary>
    public Func<UiAction, CancellationToken, ValueTask>? OnPerform { get; set; }

    internal int Number { get; }

    /// <summary>Role and selectors, no content.</summary>
    public override string ToString() => $"{Role} {string.Join(", ", Selectors)}";

    internal bool IsFoundBy(string selector) =>
        Selectors.Contains(selector, StringComparer.Ordinal) || string.Equals(selector, $"node={Number}", StringComparison.Ordinal) || string.Equals(selector, $"ref=e{Number}", StringComparison.Ordinal);

    internal void Apply(UiAction action)
    {
        switch (action)
        {
            case UiAction.Type type:
                Value = type.Clear ? type.Text : Value + type.Text;
                break;
            case UiAction.Select select:
                Value = string.Join(",", select.Options);
                break;
            case UiAction.Check check:
                IsChecked = check.IsChecked;
                break;
            case UiAction.Click when Role == "checkbox":
                IsChecked = !IsChecked;
                break;
            case UiAction.Upload upload:
                Value = string.Join(",", upload.Paths.Select(Path.GetFileName));
                break;
        }
    }

    private void Change<T>(ref T field, T value)
    {
        field = value;
        _changed();
    }
}
