using System.Text.Json;

namespace AgentOrchestration;

/// <summary>A tool that is not given to models, as it is now, for the person who decides. <see cref="ToString"/> prints neither description nor schema.</summary>
/// <param name="Name">The name under which it was added.</param>
/// <param name="Reason">Why it is left out.</param>
/// <param name="Description">What it says that it does.</param>
/// <param name="JsonSchema">What it says that it takes.</param>
/// <param name="Fingerprint">What is pinned if it is accepted.</param>
public sealed record RefusedTool(string Name, ToolRefusalReason Reason, string Description, JsonElement JsonSchema, string Fingerprint)
{
    /// <summary>Name and reason, no content.</summary>
    public override string ToString() => $"{nameof(RefusedTool)} {{ {Name}, {Reason} }}";
}

/// <summary>Why a tool is not given to models.</summary>
public enum ToolRefusalReason
{
    /// <summary>It was never accepted.</summary>
    New,

    /// <summary>Its name, description or schema is not as it was accepted.</summary>
    Changed,
}
