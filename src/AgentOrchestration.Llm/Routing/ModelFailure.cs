using System.Globalization;

namespace AgentOrchestration.Llm.Routing;

/// <summary>A failure of one client.</summary>
/// <param name="Client">The client's name.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="Exception">What the client threw.</param>
internal sealed record ModelFailure(string Client, LlmFailure Meaning, Exception Exception)
{
    /// <summary>For messages; without what the client said, which may quote the conversation or a key.</summary>
    public override string ToString() => Meaning.Status is { } status
        ? string.Create(CultureInfo.InvariantCulture, $"'{Client}' ({Exception.GetType().Name}, HTTP {status})")
        : $"'{Client}' ({Exception.GetType().Name})";
}
