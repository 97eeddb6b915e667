using AgentOrchestration.Files;

namespace AgentOrchestration;

/// <summary>A whole file at one moment. Immutable.</summary>
public sealed class FileContent
{
    private string? _text;

    internal FileContent(string path, byte[]? bytes, int length)
    {
        Path = path;
        Bytes = bytes.AsMemory(0, length);
        Version = bytes is null ? FileVersion.Absent : FileVersion.Of(Bytes.Span);
    }

    /// <summary>The canonical path: absolute, links followed.</summary>
    public string Path { get; }

    /// <summary>Whether there is a file.</summary>
    public bool Exists => Version.Exists;

    /// <summary>To be given to the write that is based on this content; <see cref="FileVersion.Absent"/> if there is no file.</summary>
    public FileVersion Version { get; }

    /// <summary>The content; empty if there is no file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>
    /// The content as text, without the byte order mark and with the line ends as they are: UTF-8, or UTF-16 or UTF-32 with a byte order mark. Null if there is no file, or
    /// it is not valid in that encoding.
    /// </summary>
    public string? Text => _text ??= Exists ? FileText.Decode(Bytes.Span) : null;

    /// <summary>Path and version; no content.</summary>
    public override string ToString() => $"{Path} {Version}";
}
