using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>What can be done to a user interface: a name for each case of <see cref="UiAction"/>.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<UiActionKind>))]
public enum UiActionKind
{
    /// <summary><see cref="UiAction.Navigate"/>.</summary>
    Navigate,

    /// <summary><see cref="UiAction.Click"/>.</summary>
    Click,

    /// <summary><see cref="UiAction.DoubleClick"/>.</summary>
    DoubleClick,

    /// <summary><see cref="UiAction.Type"/>.</summary>
    Type,

    /// <summary><see cref="UiAction.PressKeys"/>.</summary>
    PressKeys,

    /// <summary><see cref="UiAction.Select"/>.</summary>
    Select,

    /// <summary><see cref="UiAction.Check"/>.</summary>
    Check,

    /// <summary><see cref="UiAction.Hover"/>.</summary>
    Hover,

    /// <summary><see cref="UiAction.Scroll"/>.</summary>
    Scroll,

    /// <summary><see cref="UiAction.Drag"/>.</summary>
    Drag,

    /// <summary><see cref="UiAction.WaitFor"/>.</summary>
    WaitFor,

    /// <summary><see cref="UiAction.Upload"/>.</summary>
    Upload,
}
