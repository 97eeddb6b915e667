using System.Collections.ObjectModel;

namespace AgentOrchestration;

/// <summary>One thing to do to a user interface. Immutable. Closed: these cases are all there are. <see cref="ToString"/> prints no content.</summary>
public abstract record UiAction
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    private protected UiAction()
    {
    }

    /// <summary>Which case it is.</summary>
    public UiActionKind Kind => KindOfAction;

    /// <summary>The surface it is done to.</summary>
    public abstract string Surface { get; }

    /// <summary>The element it is done to; null where it is done to the surface as a whole.</summary>
    public virtual UiElement? Target => null;

    /// <summary>Longest time for the action, from when nobody else is in its way: for its element to appear and to take input, and for the action itself. Null takes the adapter's.</summary>
    /// <value>Above zero, up to 1 day. Default: null.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public TimeSpan? Timeout
    {
        get;
        init => field = value is null || (value > TimeSpan.Zero && value <= LongestTimeout)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A timeout is above zero and at most 1 day; null takes the adapter's.");
    }

    /// <summary>Whether it needs the whole surface to itself: it moves the focus or the page under everybody's hands.</summary>
    internal virtual bool NeedsSurface => false;

    // Not public and abstract: a type in another assembly cannot implement it, so the hierarchy stays closed.
    private protected abstract UiActionKind KindOfAction { get; }

    /// <summary>Kind, element and surface, no content.</summary>
    public sealed override string ToString() => $"{Kind} {(Target is { } target ? target.ToString() : Surface)}";

    private static string CheckSurface(string surface)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        return surface;
    }

    private static ReadOnlyCollection<string> CheckList(IReadOnlyList<string> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return values.Any(static value => value is null) ? throw new ArgumentException("None of them may be null.", name) : Array.AsReadOnly(values.ToArray());
    }

    // The element is checked after this: fields are set before the base's constructor runs.
    private static UiElement CheckTarget(UiElement? element, UiElement to)
    {
        ArgumentNullException.ThrowIfNull(to);
        return element is null || string.Equals(to.Surface, element.Surface, StringComparison.Ordinal)
            ? to
            : throw new ArgumentException($"Nothing is dragged from surface '{element.Surface}' to '{to.Surface}': both must be the same.", nameof(to));
    }

    /// <summary>Something done to one element.</summary>
    public abstract record OnElement : UiAction
    {
        private protected OnElement(UiElement element)
        {
            ArgumentNullException.ThrowIfNull(element);
            Element = element;
        }

        /// <summary>The element.</summary>
        public UiElement Element { get; init; }

        /// <inheritdoc/>
        public sealed override string Surface => Element.Surface;

        /// <inheritdoc/>
        public sealed override UiElement Target => Element;
    }

    /// <summary>Opens an address on a surface, which is opened if it is not.</summary>
    /// <param name="Address">The address, such as <c>https://example.org/</c>; absolute.</param>
    /// <param name="Surface">The surface.</param>
    public sealed record Navigate(Uri Address, string Surface = UiElement.DefaultSurface) : UiAction
    {
        /// <summary>The address.</summary>
        public Uri Address { get; } = Address is { IsAbsoluteUri: true } ? Address : throw new ArgumentException("The address must be absolute.", nameof(Address));

        /// <inheritdoc/>
        public override string Surface { get; } = CheckSurface(Surface);

        internal override bool NeedsSurface => true;

        private protected override UiActionKind KindOfAction => UiActionKind.Navigate;
    }

    /// <summary>Clicks an element.</summary>
    /// <param name="Element">The element.</param>
    public sealed record Click(UiElement Element) : OnElement(Element)
    {
        private protected override UiActionKind KindOfAction => UiActionKind.Click;
    }

    /// <summary>Clicks an element twice.</summary>
    /// <param name="Element">The element.</param>
    public sealed record DoubleClick(UiElement Element) : OnElement(Element)
    {
        private protected override UiActionKind KindOfAction => UiActionKind.DoubleClick;
    }

    /// <summary>Types a text into an element, as keys do. It moves the focus, so nobody else does anything on the surface meanwhile.</summary>
    /// <param name="Element">The element.</param>
    /// <param name="Text">The text.</param>
    public sealed record Type(UiElement Element, string Text) : OnElement(Element)
    {
        /// <summary>The text.</summary>
        public string Text { get; } = Text ?? throw new ArgumentNullException(nameof(Text));

        /// <summary>Whether what the element holds goes first; otherwise the text goes to its end. Default: true.</summary>
        public bool Clear { get; init; } = true;

        internal override bool NeedsSurface => true;

        private protected override UiActionKind KindOfAction => UiActionKind.Type;
    }

    /// <summary>Presses keys one after the other, in an element or where the focus is. Nobody else does anything on the surface meanwhile.</summary>
    public sealed record PressKeys : UiAction
    {
        /// <summary>In an element, which gets the focus first.</summary>
        /// <param name="element">The element.</param>
        /// <param name="keys">The keys; see <see cref="Keys"/>.</param>
        public PressKeys(UiElement element, params IReadOnlyList<string> keys)
        {
            ArgumentNullException.ThrowIfNull(element);
            (Element, Surface, Keys) = (element, element.Surface, CheckList(keys, nameof(keys)));
        }

        /// <summary>Where the focus is.</summary>
        /// <param name="surface">The surface.</param>
        /// <param name="keys">The keys; see <see cref="Keys"/>.</param>
        public PressKeys(string surface, params IReadOnlyList<string> keys) => (Surface, Keys) = (CheckSurface(surface), CheckList(keys, nameof(keys)));

        /// <summary>
        /// The keys in their order, each a name such as <c>Enter</c>, <c>ArrowDown</c> or <c>a</c>, with those that are held down before it: <c>Control+Shift+A</c>. Names are those of
        /// <c>KeyboardEvent.key</c> (https://www.w3.org/TR/uievents-key/).
        /// </summary>
        public IReadOnlyList<string> Keys { get; }

        /// <summary>The element that gets the focus first; null leaves it where it is.</summary>
        public UiElement? Element { get; }

        /// <inheritdoc/>
        public override string Surface { get; }

        /// <inheritdoc/>
        public override UiElement? Target => Element;

        internal override bool NeedsSurface => true;

        private protected override UiActionKind KindOfAction => UiActionKind.PressKeys;
    }

    /// <summary>Selects options of a list; those that are not named are no longer selected.</summary>
    /// <param name="Element">The list.</param>
    /// <param name="Options">Their values or labels; empty for none.</param>
    public sealed record Select(UiElement Element, params IReadOnlyList<string> Options) : OnElement(Element)
    {
        /// <summary>Their values or labels.</summary>
        public IReadOnlyList<string> Options { get; } = CheckList(Options, nameof(Options));

        private protected override UiActionKind KindOfAction => UiActionKind.Select;
    }

    /// <summary>Checks a box or a radio button, or clears a box; one that is in that state already is left alone.</summary>
    /// <param name="Element">The box.</param>
    /// <param name="IsChecked">Whether it is to be checked.</param>
    public sealed record Check(UiElement Element, bool IsChecked = true) : OnElement(Element)
    {
        /// <summary>Whether it is to be checked.</summary>
        public bool IsChecked { get; } = IsChecked;

        private protected override UiActionKind KindOfAction => UiActionKind.Check;
    }

    /// <summary>Puts the pointer over an element.</summary>
    /// <param name="Element">The element.</param>
    public sealed record Hover(UiElement Element) : OnElement(Element)
    {
        private protected override UiActionKind KindOfAction => UiActionKind.Hover;
    }

    /// <summary>Scrolls an element into view, or its content.</summary>
    /// <param name="Element">The element.</param>
    public sealed record Scroll(UiElement Element) : OnElement(Element)
    {
        /// <summary>How far its content is scrolled to the right, in pixels. Default: 0; with both 0 the element itself is scrolled into view.</summary>
        public int Right { get; init; }

        /// <summary>How far its content is scrolled down, in pixels. Default: 0.</summary>
        public int Down { get; init; }

        private protected override UiActionKind KindOfAction => UiActionKind.Scroll;
    }

    /// <summary>Drags one element onto another of the same surface. Nobody else does anything on the surface meanwhile.</summary>
    /// <param name="Element">The element that is dragged.</param>
    /// <param name="To">The element it is dropped on.</param>
    public sealed record Drag(UiElement Element, UiElement To) : OnElement(Element)
    {
        /// <summary>The element it is dropped on.</summary>
        public UiElement To { get; } = CheckTarget(Element, To);

        internal override bool NeedsSurface => true;

        private protected override UiActionKind KindOfAction => UiActionKind.Drag;
    }

    /// <summary>Waits until an element is in a state. It takes no lock, so that others can bring the state about.</summary>
    /// <param name="Element">The element.</param>
    /// <param name="State">The state.</param>
    public sealed record WaitFor(UiElement Element, UiElementState State = UiElementState.Visible) : OnElement(Element)
    {
        /// <summary>The state.</summary>
        public UiElementState State { get; } = State;

        private protected override UiActionKind KindOfAction => UiActionKind.WaitFor;
    }

    /// <summary>Gives files to an element that takes them.</summary>
    /// <param name="Element">The element.</param>
    /// <param name="Paths">The files, as the process that drives the surface sees them; empty for none.</param>
    public sealed record Upload(UiElement Element, params IReadOnlyList<string> Paths) : OnElement(Element)
    {
        /// <summary>The files.</summary>
        public IReadOnlyList<string> Paths { get; } = CheckList(Paths, nameof(Paths));

        private protected override UiActionKind KindOfAction => UiActionKind.Upload;
    }
}
