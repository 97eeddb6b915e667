using AgentOrchestration.Llm.Workspace;

namespace AgentOrchestration.Llm.Automation;

/// <summary>What an action is called for a model, what it takes, and how it is made of that.</summary>
internal sealed record ActionDefinition(UiActionKind Kind, string Name, string Description, string Properties, string Required, Func<AutomationScope, ToolInput, string, UiAction> Create)
{
    public const string ElementProperty = """ "element": { "type": "string", "description": "The element: a reference such as e12 from ui_observe, or a selector." } """;

    public static IReadOnlyList<ActionDefinition> All { get; } =
    [
        new(
            UiActionKind.Navigate,
            "ui_navigate",
            "Opens an address.",
            """ "address": { "type": "string", "description": "The address, with its scheme." } """,
            "\"address\"",
            static (scope, input, surface) => new UiAction.Navigate(scope.AddressOf(input), surface)),
        OnElement(UiActionKind.Click, "ui_click", "Clicks an element.", static element => new UiAction.Click(element)),
        OnElement(UiActionKind.DoubleClick, "ui_double_click", "Clicks an element twice.", static element => new UiAction.DoubleClick(element)),
        new(
            UiActionKind.Type,
            "ui_type",
            "Types a text into a field, instead of what it holds.",
            $$"""{{ElementProperty}}, "text": { "type": "string", "description": "The text." }, "append": { "type": "boolean", "description": "Whether it goes behind what the field holds. Default: false." }""",
            "\"element\", \"text\"",
            static (_, input, surface) => new UiAction.Type(AutomationScope.ElementOf(input, "element", surface), input.Text("text")) { Clear = !input.Flag("append") }),
        new(
            UiActionKind.PressKeys,
            "ui_press_keys",
            "Presses keys, in an element or where the focus is.",
            """ "keys": { "type": "string", "description": "The keys with blanks between, such as 'Control+A Delete' or 'Enter'." }, "element": { "type": "string", "description": "The element that gets the focus first. Default: where it is." } """,
            "\"keys\"",
            static (_, input, surface) => KeysOf(input.Text("keys")) is var keys && input.OptionalText("element") is null
                ? new UiAction.PressKeys(surface, keys)
                : new UiAction.PressKeys(AutomationScope.ElementOf(input, "element", surface), keys)),
        new(
            UiActionKind.Select,
            "ui_select",
            "Selects an option of a list.",
            $$"""{{ElementProperty}}, "option": { "type": "string", "description": "Its value or label." }""",
            "\"element\", \"option\"",
            static (_, input, surface) => new UiAction.Select(AutomationScope.ElementOf(input, "element", surface), input.Text("option"))),
        new(
            UiActionKind.Check,
            "ui_check",
            "Checks a box or a radio button, or clears a box.",
            $$"""{{ElementProperty}}, "clear": { "type": "boolean", "description": "Whether it is cleared. Default: false." }""",
            "\"element\"",
            static (_, input, surface) => new UiAction.Check(AutomationScope.ElementOf(input, "element", surface), !input.Flag("clear"))),
        OnElement(UiActionKind.Hover, "ui_hover", "Puts the pointer over an element.", static element => new UiAction.Hover(element)),
        new(
            UiActionKind.Scroll,
            "ui_scroll",
            "Scrolls an element into view, or its content.",
            $$"""{{ElementProperty}}, "down": { "type": "integer", "description": "Pixels that its content is scrolled down; negative for up. Default: 0, the element is scrolled into view." }""",
            "\"element\"",
            static (_, input, surface) => new UiAction.Scroll(AutomationScope.ElementOf(input, "element", surface)) { Down = input.OptionalNumber("down") ?? 0 }),
        new(
            UiActionKind.Drag,
            "ui_drag",
            "Drags an element onto another one.",
            $$"""{{ElementProperty}}, "to": { "type": "string", "description": "The element it is dropped on: a reference or a selector." }""",
            "\"element\", \"to\"",
            static (_, input, surface) => new UiAction.Drag(AutomationScope.ElementOf(input, "element", surface), AutomationScope.ElementOf(input, "to", surface))),
        new(
            UiActionKind.WaitFor,
            "ui_wait_for",
            "Waits until an element can be seen, or no longer.",
            $$"""{{ElementProperty}}, "hidden": { "type": "boolean", "description": "Whether it is waited for until it can no longer be seen. Default: false." }""",
            "\"element\"",
            static (_, input, surface) => new UiAction.WaitFor(AutomationScope.ElementOf(input, "element", surface), input.Flag("hidden") ? UiElementState.Hidden : UiElementState.Visible)),
        new(
            UiActionKind.Upload,
            "ui_upload",
            "Gives a file to a field for files.",
            $$"""{{ElementProperty}}, "path": { "type": "string", "description": "The file, relative to the folder for uploads." }""",
            "\"element\", \"path\"",
            static (scope, input, surface) => new UiAction.Upload(AutomationScope.ElementOf(input, "element", surface), scope.UploadOf(input))),
    ];

    private static ActionDefinition OnElement(UiActionKind kind, string name, string description, Func<UiElement, UiAction> create) =>
        new(kind, name, description, ElementProperty, "\"element\"", (_, input, surface) => create(AutomationScope.ElementOf(input, "element", surface)));

    private static string[] KeysOf(string keys) => keys.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } some ? some : throw new ToolRefusal("'keys' is blank.");
}
