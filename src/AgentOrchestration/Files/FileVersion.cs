using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace AgentOrchestration;

/// <summary>What a file contains, as a value: two are equal if the contents are, and it says nothing about them. <c>default</c> is <see cref="Absent"/>.</summary>
/// <remarks>Made from the content and not from a time stamp, which is too coarse on some file systems and kept by some tools. A file that is changed and changed back has its
/// old version again, which harms nobody.</remarks>
public readonly record struct FileVersion
{
    private readonly UInt128 _hash;

    private FileVersion(UInt128 hash, long length) => (_hash, Length) = (hash, length);

    /// <summary>There is no file.</summary>
    public static FileVersion Absent => default;

    /// <summary>Whether there is a file.</summary>
    public bool Exists => this != default;

    /// <summary>Its size in bytes; 0 for none.</summary>
    public long Length { get; }

    /// <summary>Reads what <see cref="ToString"/> has written, as when a version has been with a model.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">The version; <see cref="Absent"/> if false.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out FileVersion version)
    {
        version = default;
        if (text == "absent")
            return true;

        if (text?.Split('-') is not [var length, { Length: 32 } hash]
            || !long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !UInt128.TryParse(hash, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
        {
            return false;
        }

        version = new FileVersion(bits, size);
        return true;
    }

    /// <summary><c>absent</c>, or length and hash; no content.</summary>
    public override string ToString() => Exists ? string.Create(CultureInfo.InvariantCulture, $"{Length}-{_hash:x32}") : "absent";

    // Half of SHA-256: still far beyond finding two contents with one value. An empty file does not hash to zero.
    internal static FileVersion Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new FileVersion(BinaryPrimitives.ReadUInt128BigEndian(hash), content.Length);
    }
}
