namespace AgentOrchestration.Testing;

/// <summary>A page of a <see cref="RecordingAutomation"/>, as it was when a surface navigated to it.</summary>
public sealed class RecordingPage
{
    private readonly Lock _gate = new();
    private readonly List<RecordingElement> _elements = [];
    private readonly Func<int> _number;
    private readonly Action _changed;

    internal RecordingPage(Uri address, Func<int> number, Action changed) => (Address, _number, _changed) = (address, number, changed);

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>Its title. Default: empty.</summary>
    public string Title { get; set; } = "";

    /// <summary>The elements in their order.</summary>
    public IReadOnlyList<RecordingElement> Elements
    {
        get
        {
            lock (_gate)
            {
                return [.. _elements];
            }
        }
    }

    /// <summary>Adds an element.</summary>
    /// <param name="role">What it is, such as <c>button</c>.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="selectors">The selectors that find it; several are several names of one element.</param>
    /// <returns>The element, to be set up further.</returns>
    public RecordingElement Add(string role, string name, params IReadOnlyList<string> selectors)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(selectors);
        var element = new RecordingElement(_number(), role, name, selectors, _changed);
        lock (_gate)
        {
            _elements.Add(element);
        }

        _changed();
        return element;
    }

    /// <summary>Removes an element; actions on it find it no longer.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(RecordingElement element)
    {
        bool removed;
        lock (_gate)
        {
            removed = _elements.Remove(element);
        }

        _changed();
        return removed;
    }
}
