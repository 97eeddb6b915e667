using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Why something could not be done to a user interface.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AutomationErrorKind>))]
public enum AutomationErrorKind
{
    /// <summary>There is no such element.</summary>
    NotFound,

    /// <summary>The selector fits several elements.</summary>
    Ambiguous,

    /// <summary>The element is there and takes no such input: it is hidden, covered, disabled or of another kind.</summary>
    NotActionable,

    /// <summary>It did not happen in time, and not for one of the reasons above.</summary>
    TimedOut,

    /// <summary>The surface is not open, or was closed meanwhile.</summary>
    SurfaceClosed,

    /// <summary>The surface, or what shows it, came to a sudden end. It is there again for the next navigation.</summary>
    Crashed,

    /// <summary>The address could not be opened.</summary>
    NotReachable,

    /// <summary>It is not allowed.</summary>
    Refused,

    /// <summary>Something else; the message says what.</summary>
    Failed,
}
