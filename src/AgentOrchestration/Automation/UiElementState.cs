using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>What an element can be waited for.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<UiElementState>))]
public enum UiElementState
{
    /// <summary>It is there and can be seen.</summary>
    Visible,

    /// <summary>It is not there, or cannot be seen.</summary>
    Hidden,

    /// <summary>It can be seen and takes input.</summary>
    Enabled,
}
