using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AgentOrchestration.Files;

/// <summary>What is at a path, without opening it: opening a pipe waits for its other end.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Links">Its hard links; null where the platform does not tell.</param>
/// <param name="Length">Its size in bytes, if it is a regular file.</param>
internal readonly partial record struct FileFacts(FileKind Kind, uint? Links, long Length)
{
    private const int CurrentDirectory = -100;

    /// <summary>Looks at a path, and does not follow it if it is a link.</summary>
    public static FileFacts Of(string path)
    {
        const int noFollow = 0x100;
        if (OperatingSystem.IsLinux() && OfStatus(CurrentDirectory, path, noFollow) is { } facts)
            return facts;

        return OperatingSystem.IsWindows() ? OfHandle(path) : OfInfo(new FileInfo(path));
    }

    /// <summary>Looks at what was opened on Linux.</summary>
    public static FileFacts Of(SafeFileHandle handle)
    {
        const int emptyPath = 0x1000;
        return OfStatus((int)handle.DangerousGetHandle(), "", emptyPath) ?? new FileFacts(KindOf(File.GetAttributes(handle)), Links: null, RandomAccess.GetLength(handle));
    }

    // The one such call of Linux whose structure is the same on every processor; see statx(2). Null where it is missing or forbidden.
    private static FileFacts? OfStatus(int directory, string path, int flags)
    {
        const uint typeLinksAndSize = 0x1 | 0x4 | 0x200;
        const int noSuchFile = 2;
        const int notADirectory = 20;
        Span<byte> status = stackalloc byte[256];
        int failed;
        try
        {
            failed = GetStatus(directory, path, flags, typeLinksAndSize, ref MemoryMarshal.GetReference(status));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        if (failed != 0)
            return Marshal.GetLastPInvokeError() is noSuchFile or notADirectory ? new FileFacts(FileKind.Missing, Links: null, Length: 0) : null;

        if ((MemoryMarshal.Read<uint>(status) & typeLinksAndSize) != typeLinksAndSize)
            return null;
        var kind = (MemoryMarshal.Read<ushort>(status[28..]) & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.Link,
            _ => FileKind.Other,
        };
        return new FileFacts(kind, MemoryMarshal.Read<uint>(status[16..]), kind == FileKind.Regular ? MemoryMarshal.Read<long>(status[40..]) : 0);
    }

    private static FileFacts OfHandle(string path)
    {
        var facts = OfInfo(new FileInfo(path));
        if (facts.Kind != FileKind.Regular)
            return facts;

        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> information = stackalloc byte[52];
        return GetInformation(handle, ref MemoryMarshal.GetReference(information)) != 0 ? facts with { Links = MemoryMarshal.Read<uint>(information[40..]) } : facts;
    }

    private static FileFacts OfInfo(FileInfo file)
    {
        const FileAttributes missing = (FileAttributes)(-1);
        var kind = file.Attributes == missing ? FileKind.Missing : KindOf(file.Attributes);
        return new FileFacts(kind, Links: null, kind == FileKind.Regular ? file.Length : 0);
    }

    private static FileKind KindOf(FileAttributes attributes) => attributes switch
    {
        _ when attributes.HasFlag(FileAttributes.ReparsePoint) => FileKind.Link,
        _ when attributes.HasFlag(FileAttributes.Directory) => FileKind.Directory,
        _ when attributes.HasFlag(FileAttributes.Device) => FileKind.Other,
        _ => FileKind.Regular,
    };

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
    Directory,

    /// <summary>A link, wherever it leads.</summary>
    Link,

    /// <summary>A device, pipe or socket.</summary>
    Other,
}
