namespace AgentOrchestration.Llm.Automation;

/// <summary>Scheme, host and port of an address (https://www.rfc-editor.org/rfc/rfc6454).</summary>
internal static class PageOrigin
{
    /// <summary>The origin that an option names; null if it is more than one, or none.</summary>
    public static string? Parse(string? origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var address) && address is { PathAndQuery: "/", Fragment: "", UserInfo: "" } ? Of(address) : null;

    /// <summary>The origin of an address; null for one that has none, such as <c>data:</c>, <c>file:</c> or <c>javascript:</c>.</summary>
    public static string? Of(Uri address) => address.Scheme is "http" or "https" && address.IdnHost.Length > 0
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{address.Scheme}://{address.IdnHost}:{address.Port}")
        : null;

    /// <summary>The origin of an address as it was written; null if it has none.</summary>
    public static string? Of(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? Of(uri) : null;
}
