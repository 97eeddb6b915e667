using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Reads one file as text, or says why it cannot be.</summary>
internal static class SourceFileReader
{
    /// <summary>Larger files are data, or written by a tool: parsing one would cost more memory than it tells.</summary>
    public const long MaxFileBytes = 2 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns the text, or null with the reason.</summary>
    public static SourceText? TryRead(string path, out string? reason)
    {
        try
        {
            var lengthBytes = new FileInfo(path).Length;
            reason = lengthBytes > MaxFileBytes ? $"too large: {lengthBytes / 1024:N0} KB, at most {MaxFileBytes / 1024:N0} KB are read" : null;
            if (reason is not null) return null;

            // Pipes and devices have no length either, and opening one could wait for ever.
            return lengthBytes == 0 ? SourceText.From(string.Empty) : Decode(path);
        }
        catch (InvalidDataException)
        {
            reason = "binary content";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            reason = $"cannot be read: {error.GetType().Name}";
        }

        return null;
    }

    private static SourceText Decode(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            return TextOrThrow(SourceText.From(stream, StrictUtf8, throwIfBinaryDetected: true), IsNul);
        }
        catch (DecoderFallbackException)
        {
            // Older files may be in a one-byte encoding. Latin-1 reads anything, so look harder for what no text has.
            stream.Position = 0;
            return TextOrThrow(SourceText.From(stream, Encoding.Latin1, throwIfBinaryDetected: true), c => char.IsControl(c) && !char.IsWhiteSpace(c) && c < 0x80);
        }
    }

    private static bool IsNul(char c) => c == '\0';

    private static SourceText TextOrThrow(SourceText text, Func<char, bool> isBinary)
    {
        for (var i = 0; i < text.Length; i++)
            if (isBinary(text[i])) throw new InvalidDataException("Not text.");
        return text;
    }
}
