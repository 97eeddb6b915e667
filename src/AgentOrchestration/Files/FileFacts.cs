using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AgentOrchestration.Files;

/// <summary>What is at a path, without opening it: opening a pipe waits for its other end.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Links">Its hard links; null where the platform does not tell.</param>
internal readonly partial record struct FileFacts(FileKind Kind, uint? Links)
{
    /// <summary>Looks at a path, and does not follow it if it is a link.</summary>
    public static FileFacts Of(string path)
    {
        if (OperatingSystem.IsLinux() && OfStatus(path) is { } facts)
            return facts;

        return OperatingSystem.IsWindows() ? OfHandle(path) : OfAttributes(path);
    }

    // The one such call of Linux whose structure is the same on every processor; see statx(2). Null where it is missing or forbidden.
    private static FileFacts? OfStatus(string path)
    {
        const int currentDirectory = -100;
        const int noFollow = 0x100;
        const uint typeAndLinks = 0x1 | 0x4;
        const int noSuchFile = 2;
        const int notADirectory = 20;
        Span<byte> status = stackalloc byte[256];
        int failed;
        try
        {
            failed = GetStatus(currentDirectory, path, noFollow, typeAndLinks, ref MemoryMarshal.GetReference(status));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        if (failed != 0)
            return Marshal.GetLastPInvokeError() is noSuchFile or notADirectory ? new FileFacts(FileKind.Missing, Links: null) : null;

        var known = MemoryMarshal.Read<uint>(status);
        var links = MemoryMarshal.Read<uint>(status[16..]);
        var isRegular = (MemoryMarshal.Read<ushort>(status[28..]) & 0xF000) == 0x8000;
        return (known & typeAndLinks) == typeAndLinks ? new FileFacts(isRegular ? FileKind.Regular : FileKind.Other, links) : null;
    }

    private static FileFacts OfHandle(string path)
    {
        var facts = OfAttributes(path);
        if (facts.Kind != FileKind.Regular)
            return facts;

        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> information = stackalloc byte[52];
        return GetInformation(handle, ref MemoryMarshal.GetReference(information)) != 0 ? facts with { Links = MemoryMarshal.Read<uint>(information[40..]) } : facts;
    }

    private static FileFacts OfAttributes(string path)
    {
        const FileAttributes missing = (FileAttributes)(-1);
        var attributes = new FileInfo(path).Attributes;
        var kind = attributes == missing
            ? FileKind.Missing
            : (attributes & (FileAttributes.Directory | FileAttributes.Device | FileAttributes.ReparsePoint)) == FileAttributes.None ? FileKind.Regular : FileKind.Other;
        return new FileFacts(kind, Links: null);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int directory, string path, int flags, uint mask, ref byte status);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle")]
    private static partial int GetInformation(SafeFileHandle handle, ref byte information);
}

/// <summary>What can be at a path.</summary>
internal enum FileKind
{
    Missing,
    Regular,

    /// <summary>A directory, device, pipe, socket or link.</summary>
    Other,
}
