using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using AgentOrchestration.Internal;

namespace AgentOrchestration;

/// <summary>Names one request for approval. Unique across orchestrators and processes.</summary>
/// <remarks>Its text form is <c>approval_</c>, 16 hexadecimal digits, <c>_</c> and a number that grows in the order of creation.</remarks>
[JsonConverter(typeof(IdJsonConverter<ApprovalId>))]
public readonly record struct ApprovalId : ISpanParsable<ApprovalId>
{
    private const string Prefix = "approval";

    private readonly ulong _space;
    private readonly ulong _number;

    internal ApprovalId(ulong space, ulong number) => (_space, _number) = (space, number);

    internal ulong Number => _number;

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is not the text form of this kind of id.</exception>
    public static ApprovalId Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => TryParse(s, provider, out var id)
        ? id
        : throw new FormatException($"'{s}' is not an id of the form 'approval_<16 hexadecimal digits>_<number>'.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider)"/>
    public static ApprovalId Parse(string s, IFormatProvider? provider) => Parse(s.AsSpan(), provider);

    /// <summary>Reads the text form; false if it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ApprovalId result)
    {
        var parsed = IdText.TryParse(Prefix, s, out var space, out var number);
        result = parsed ? new ApprovalId(space, number) : default;
        return parsed;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider, out ApprovalId)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ApprovalId result) => TryParse(s.AsSpan(), provider, out result);

    /// <summary>The text form.</summary>
    public override string ToString() => IdText.Format(Prefix, _space, _number);
}
