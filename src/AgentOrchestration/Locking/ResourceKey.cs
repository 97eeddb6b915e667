using System.Text.Json.Serialization;
using AgentOrchestration.Locking;

namespace AgentOrchestration;

/// <summary>Names one thing that agents must not use at the same time. Compared by kind and name, case-sensitively.</summary>
/// <remarks>
/// Directories cover what lies below them, and surfaces the elements on them: holding one excludes others from the other. Making a key for a file or directory looks at
/// the file system; keep the key where it is used often.
/// </remarks>
[JsonConverter(typeof(ResourceKeyJsonConverter))]
public readonly record struct ResourceKey
{
    internal const string ElementSeparator = " :: ";

    // What taking a free resource needs is here and not behind the reference: with many keys that would be a cache miss each time.
    private readonly ResourceKeyData? _data;
    private readonly int _hash;
    private readonly ResourceScope _scope;

    /// <summary>A resource of a kind of the host's own.</summary>
    /// <param name="kind">The kind, such as <c>db</c>; not blank, without a colon, and none of those that have a method of their own here, but for <c>named</c>.</param>
    /// <param name="name">Which one; not blank.</param>
    public ResourceKey(string kind, string name)
        : this(kind, name, ResourceScope.None)
    {
        if (ScopeOf(kind) != ResourceScope.None)
            throw new ArgumentException($"Keys of kind '{kind}' are made by the methods of {nameof(ResourceKey)}, which make aliases of one thing one key.", nameof(kind));
        if (kind.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException("A kind has no colon, which separates it from the name.", nameof(kind));
    }

    internal ResourceKey(ResourceKeyData data) => (_data, _hash, _scope) = (data, data.Hash, data.Scope);

    private ResourceKey(string kind, string name, ResourceScope scope)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        this = new ResourceKey(new ResourceKeyData(kind, name, scope));
    }

    /// <summary>The kind; null for the default key.</summary>
    public string Kind => _data?.Kind!;

    /// <summary>Which one; null for the default key. For files and directories the canonical path, in upper case where the platform ignores case.</summary>
    public string Name => _data?.Name!;

    /// <summary>It covers other resources.</summary>
    internal bool IsContainer => _scope is ResourceScope.Directory or ResourceScope.Surface;

    /// <summary>It can be covered by another resource.</summary>
    internal bool IsScoped => _scope != ResourceScope.None;

    internal bool IsDefault => _data is null;

    /// <summary>The key itself, where only a reference is wanted; null for the default key.</summary>
    internal ResourceKeyData? Data => _data;

    /// <summary>A named resource.</summary>
    public static ResourceKey Named(string name) => new("named", name, ResourceScope.None);

    /// <summary>A file, which need not exist yet. All paths that lead to it give one key: relative, with dots, over links, and in any case where the platform ignores case.</summary>
    /// <param name="path">The path; not blank. As in <see cref="Path.GetFullPath(string)"/>, <c>..</c> is applied before links are followed.</param>
    /// <exception cref="IOException">The links on the way form a circle.</exception>
    /// <remarks>A link that is changed after the key was made, and several hard links to one file, are not seen.</remarks>
    public static ResourceKey File(string path) => new("file", ResourcePath.Resolve(path), ResourceScope.File);

    /// <summary>The file at a path that <see cref="ResourcePath.Follow"/> gave.</summary>
    internal static ResourceKey FileAt(string canonicalPath) => new("file", ResourcePath.Fold(canonicalPath), ResourceScope.File);

    /// <summary>A directory with all that lies below it, now and later.</summary>
    /// <inheritdoc cref="File"/>
    public static ResourceKey Directory(string path) => new("directory", ResourcePath.Resolve(path), ResourceScope.Directory);

    /// <summary>An element of a user interface.</summary>
    /// <param name="selector">Which element; not blank.</param>
    /// <param name="surface">The window, page or screen it is on; not blank.</param>
    public static ResourceKey UiElement(string selector, string surface = "default")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(selector);
        return new("ui", CheckSurface(surface) + ElementSeparator + selector, ResourceScope.Element);
    }

    /// <summary>A surface of a user interface with all elements on it.</summary>
    /// <param name="surface">The window, page or screen; not blank.</param>
    public static ResourceKey UiSurface(string surface = "default") => new("surface", CheckSurface(surface), ResourceScope.Surface);

    /// <summary>Whether both have the same kind and name.</summary>
    public bool Equals(ResourceKey other) =>
        ReferenceEquals(_data, other._data)
        || (_hash == other._hash && _data is not null && other._data is not null && string.Equals(Name, other.Name) && string.Equals(Kind, other.Kind));

    /// <summary>As <see cref="Equals(ResourceKey)"/>, where only the reference is at hand.</summary>
    internal bool Is(ResourceKeyData? data) =>
        ReferenceEquals(_data, data) || (data is not null && _data is not null && _hash == data.Hash && string.Equals(Name, data.Name) && string.Equals(Kind, data.Kind));

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>Kind and name, as <c>kind:name</c>.</summary>
    public override string ToString() => $"{Kind}:{Name}";

    /// <summary>Reads what <see cref="ToString"/> gives; false if it is not that.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The key, if true.</param>
    public static bool TryParse(string text, out ResourceKey key)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var isKey = colon >= 0 && !string.IsNullOrWhiteSpace(text[..colon]) && !string.IsNullOrWhiteSpace(text[(colon + 1)..]);
        key = isKey ? new ResourceKey(text[..colon], text[(colon + 1)..], ScopeOf(text[..colon])) : default;
        return isKey;
    }

    /// <summary>Whether <paramref name="other"/> is this container or lies in it.</summary>
    internal bool Covers(in ResourceKey other) => _scope switch
    {
        ResourceScope.Directory => other._scope is ResourceScope.File or ResourceScope.Directory && ResourcePath.IsAtOrBelow(other.Name, Name),
        ResourceScope.Surface => (other._scope == ResourceScope.Surface && string.Equals(Name, other.Name))
            || (other._scope == ResourceScope.Element && other.Name.StartsWith(Name, StringComparison.Ordinal)
                && other.Name.AsSpan(Name.Length).StartsWith(ElementSeparator, StringComparison.Ordinal)),
        _ => false,
    };

    private static ResourceScope ScopeOf(string kind) => kind switch
    {
        "file" => ResourceScope.File,
        "directory" => ResourceScope.Directory,
        "ui" => ResourceScope.Element,
        "surface" => ResourceScope.Surface,
        _ => ResourceScope.None,
    };

    private static string CheckSurface(string surface)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(surface);
        return surface.Contains(ElementSeparator, StringComparison.Ordinal)
            ? throw new ArgumentException($"A surface must not contain '{ElementSeparator}', which separates it from the selector.", nameof(surface))
            : surface;
    }
}
