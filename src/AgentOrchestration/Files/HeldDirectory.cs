using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AgentOrchestration.Files;

/// <summary>
/// A directory that is held open, so that what is done in it is done in this one, wherever its path leads meanwhile. On Linux no link is followed on the way to it or in it, at
/// whatever moment one is put there; elsewhere it is only its path.
/// </summary>
/// <remarks>
/// Names in a held directory are paths below <c>/proc/self/fd</c>: there the kernel goes on from the open directory, so that the file APIs of .NET serve for all that does not
/// follow a link in the last place. Opening a file does, so that is a call of its own.
/// </remarks>
internal sealed partial class HeldDirectory : IDisposable
{
    // Numbers of errors on Linux.
    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int AccessDenied = 13;
    private const int NotADirectory = 20;
    private const int TooManyLinks = 40;

    private static readonly bool CanHold = OperatingSystem.IsLinux() && Directory.Exists("/proc/self/fd");

    private readonly SafeFileHandle? _handle;
    private readonly string _anchor;

    private HeldDirectory(string path, SafeFileHandle? handle)
    {
        Path = path;
        _handle = handle;
        _anchor = handle is null ? path : string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}");
    }

    /// <summary>The canonical path that led to it.</summary>
    public string Path { get; }

    /// <param name="path">Canonical.</param>
    /// <param name="createBelow">A canonical directory at or above it, below which what is missing is made; null makes nothing.</param>
    /// <returns>Null if there is no such directory.</returns>
    /// <exception cref="FileRefusedException">There is a link on the way.</exception>
    public static HeldDirectory? TryOpen(string path, string? createBelow = null)
    {
        if (CanHold)
            return Walk(path, createBelow);
        if (createBelow is not null && path.Length > createBelow.Length && Directory.Exists(createBelow))
            Directory.CreateDirectory(path);
        return Directory.Exists(path) ? new HeldDirectory(path, handle: null) : null;
    }

    public FileFacts FactsOf(string name) => FileFacts.Of(At(name));

    /// <summary>Opens a file, if it is one: nothing is done to a device or a pipe.</summary>
    /// <returns>Null if there is no such file.</returns>
    /// <exception cref="FileRefusedException">It is no regular file.</exception>
    public (SafeFileHandle Handle, FileFacts Facts)? TryOpenFile(string name, FileAccess access)
    {
        var path = System.IO.Path.Join(Path, name);
        var facts = FactsOf(name);
        if (facts.Kind == FileKind.Missing)
            return null;
        if (facts.Kind != FileKind.Regular)
            throw FileRefusals.NotAFile(path);

        var handle = _handle is null
            ? File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous)
            : Open(this, name, (access == FileAccess.Read ? OpenFlags.Read : OpenFlags.ReadWrite) | OpenFlags.NeverWait, path);
        if (handle is null || _handle is null)
            return handle is null ? null : (handle, facts);

        // Of what was opened: something else may have been put there.
        facts = FileFacts.Of(handle);
        if (facts.Kind == FileKind.Regular)
            return (handle, facts);
        handle.Dispose();
        throw FileRefusals.NotAFile(path);
    }

    /// <summary>Writes a new file and waits until the device has it.</summary>
    /// <param name="name">Its name; nothing has it.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="mode">The permissions; null for those of any new file.</param>
    /// <param name="cancellationToken">Ends the writing; an unfinished file may be left.</param>
    public async ValueTask WriteNewAsync(string name, ReadOnlyMemory<byte> bytes, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };

        // What others may not read of the old file they may at no moment read of the new one.
        if (mode is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var stream = new FileStream(At(name), options);
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            if (mode is { } exactly && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(stream.SafeFileHandle, exactly);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (IsOfAnchor(e))
        {
            throw Named(e);
        }
    }

    /// <summary>Gives a file another name.</summary>
    public void Move(string name, string newName, bool overwrite)
    {
        try
        {
            File.Move(At(name), At(newName), overwrite);
        }
        catch (Exception e) when (IsOfAnchor(e))
        {
            throw Named(e);
        }
    }

    /// <summary>Removes what a failed write has left.</summary>
    public void Discard(string name)
    {
        try
        {
            File.Delete(At(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays, under a name that says what it is: what the caller must hear is the failure that led here.
        }
    }

    /// <summary>The names in it, in no order.</summary>
    public IEnumerable<string> Names()
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        IEnumerator<string> names;
        try
        {
            names = Directory.EnumerateFileSystemEntries(_anchor, "*", options).GetEnumerator();
        }
        catch (Exception e) when (IsOfAnchor(e))
        {
            throw Named(e);
        }

        using (names)
        {
            while (names.MoveNext())
                yield return System.IO.Path.GetFileName(names.Current);
        }
    }

    public void Dispose() => _handle?.Dispose();

    // From the root of the file system on, one name after another: of a canonical path none is a link.
    private static HeldDirectory? Walk(string path, string? createBelow)
    {
        var held = new HeldDirectory("/", Open(directory: null, "/", OpenFlags.Directory, path));
        for (var start = 1; start < path.Length;)
        {
            var end = path.IndexOf('/', start) is >= 0 and var separator ? separator : path.Length;
            var isMade = createBelow is not null && end > createBelow.Length;
            using var parent = held;
            if (parent.Enter(path[start..end], isMade, path) is not { } handle)
                return null;
            held = new HeldDirectory(path[..end], handle);
            start = end + 1;
        }

        return held;
    }

    private SafeFileHandle? Enter(string name, bool isMade, string path)
    {
        var handle = Open(this, name, OpenFlags.Directory, path);
        if (handle is not null || !isMade || FactsOf(name).Kind != FileKind.Missing)
            return handle;

        try
        {
            Directory.CreateDirectory(At(name));
        }
        catch (Exception e) when (IsOfAnchor(e))
        {
            throw Named(e);
        }

        return Open(this, name, OpenFlags.Directory, path);
    }

    // Null if there is nothing of that name, or a file where a directory is wanted.
    private static SafeFileHandle? Open(HeldDirectory? directory, string name, int flags, string path)
    {
        // The one held belongs to the caller, who disposes it after the call.
        var opened = OpenAt((int?)directory?._handle?.DangerousGetHandle() ?? OpenFlags.CurrentDirectory, name, flags | OpenFlags.NoFollow | OpenFlags.CloseOnExecute, 0);
        if (opened >= 0)
            return new SafeFileHandle(opened, ownsHandle: true);

        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            TooManyLinks => throw FileRefusals.PathChanged(path),
            NotADirectory when directory?.FactsOf(name).Kind == FileKind.Link => throw FileRefusals.PathChanged(path),
            NoSuchFile or NotADirectory => null,
            NotPermitted or AccessDenied => throw new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
            _ => throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)} : '{path}'", error),
        };
    }

    private string At(string name) => System.IO.Path.Join(_anchor, name);

    // What the caller knows is the path.
    private bool IsOfAnchor(Exception e) => _handle is not null && e is IOException or UnauthorizedAccessException;

    private Exception Named(Exception e)
    {
        var message = e.Message.Replace(_anchor, Path, StringComparison.Ordinal);
        return e switch
        {
            UnauthorizedAccessException => new UnauthorizedAccessException(message, e),
            DirectoryNotFoundException => new DirectoryNotFoundException(message, e),
            _ => new IOException(message, e) { HResult = e.HResult },
        };
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(int directory, string name, int flags, uint mode);

    // Of Linux, see open(2). Two of them are not the same on every processor.
    private static class OpenFlags
    {
        public const int CurrentDirectory = -100;
        public const int Read = 0;
        public const int ReadWrite = 2;
        public const int NeverWait = 0x800;
        public const int CloseOnExecute = 0x8_0000;
        private const int PathOnly = 0x20_0000;

        private static readonly bool IsOlderOrder = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 or Architecture.Ppc64le;

        public static readonly int Directory = PathOnly | (IsOlderOrder ? 0x4000 : 0x1_0000);
        public static readonly int NoFollow = IsOlderOrder ? 0x8000 : 0x2_0000;
    }
}
