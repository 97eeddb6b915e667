using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace AgentOrchestration.Sqlite;

/// <summary>Tells a record that was changed on the disk from one that was not: XXH3 (https://xxhash.com) over everything in it. It finds damage, not forgery.</summary>
internal static class Checksum
{
    public static long Of(string kind, string? subject, string? key, long timestamp, bool ends, ReadOnlySpan<byte> data)
    {
        var hash = new XxHash3();
        Append(hash, kind);
        Append(hash, subject);
        Append(hash, key);
        Append(hash, timestamp);
        Append(hash, ends ? 1 : 0);
        hash.Append(data);
        return (long)hash.GetCurrentHashAsUInt64();
    }

    private static void Append(XxHash3 hash, string? text)
    {
        // With its length, so that no two records run into each other; null is not empty.
        Append(hash, text?.Length ?? -1);
        hash.Append(Encoding.UTF8.GetBytes(text ?? ""));
    }

    private static void Append(XxHash3 hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.Append(bytes);
    }
}
