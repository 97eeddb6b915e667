using System.Globalization;
using System.Security.Cryptography;

namespace AgentOrchestration.Internal;

/// <summary>The one text form of ids: <c>prefix_space_number</c>, space in 16 hexadecimal digits.</summary>
internal static class IdText
{
    private const int SpaceDigits = 16;

    // An orchestrator draws one space at random and numbers its ids within it: unique without a random draw for each id.
    public static ulong NewSpace() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public static string Format(string prefix, ulong space, ulong number) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}_{space:x16}_{number}");

    public static bool TryParse(string prefix, ReadOnlySpan<char> text, out ulong space, out ulong number)
    {
        space = 0;
        number = 0;
        var numberStart = prefix.Length + 1 + SpaceDigits + 1;
        return text.Length > numberStart
            && text.StartsWith(prefix, StringComparison.Ordinal)
            && text[prefix.Length] == '_'
            && text[numberStart - 1] == '_'
            && ulong.TryParse(text.Slice(prefix.Length + 1, SpaceDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out space)
            && ulong.TryParse(text[numberStart..], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
