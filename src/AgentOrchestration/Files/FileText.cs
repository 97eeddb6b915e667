using System.Text;

namespace AgentOrchestration.Files;

/// <summary>Bytes to text and back without a loss: whatever decodes, encodes to the same bytes.</summary>
internal static class FileText
{
    private static readonly UTF8Encoding Unmarked = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // By their byte order marks. That of UTF-32 begins with that of UTF-16, so it comes first.
    private static readonly Encoding[] Marked =
    [
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
    ];

    /// <summary>The text; null if it is none.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes)
    {
        var encoding = EncodingOf(bytes);
        try
        {
            return encoding.GetString(bytes[encoding.Preamble.Length..]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The text in the encoding, and with the byte order mark, of what it is to replace; UTF-8 without a mark if that is nothing, or not text.</summary>
    /// <exception cref="EncoderFallbackException">It has half of a surrogate pair.</exception>
    public static byte[] Encode(string text, FileContent old)
    {
        var encoding = old.Text is null ? Unmarked : EncodingOf(old.Bytes.Span);
        var mark = encoding.Preamble;
        var bytes = new byte[mark.Length + encoding.GetByteCount(text)];
        mark.CopyTo(bytes);
        encoding.GetBytes(text, bytes.AsSpan(mark.Length));
        return bytes;
    }

    /// <summary><paramref name="text"/> with the line ends of <paramref name="file"/>, if those are all of one kind.</summary>
    public static string WithLineEndsOf(string file, string text)
    {
        var all = file.AsSpan().Count('\n');
        var windows = file.AsSpan().Count("\r\n");
        if (all == 0 || (windows != 0 && windows != all))
            return text;

        text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        return windows == 0 ? text : text.Replace("\n", "\r\n", StringComparison.Ordinal);
    }

    /// <summary>How often <paramref name="part"/> is in <paramref name="text"/>, overlaps included, and where it is first.</summary>
    public static int Count(string text, string part, out int first)
    {
        var count = 0;
        first = -1;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            if (count++ == 0)
                first = at;
        }

        return count;
    }

    private static Encoding EncodingOf(ReadOnlySpan<byte> bytes)
    {
        foreach (var encoding in Marked)
        {
            if (bytes.StartsWith(encoding.Preamble))
                return encoding;
        }

        return Unmarked;
    }
}
