using AgentOrchestration.Llm.Workspace;

namespace AgentOrchestration.Llm.Automation;

/// <summary>Where a model may be, and what it may name.</summary>
internal sealed class AutomationScope
{
    private readonly HashSet<string> _origins;
    private readonly string? _uploadRoot;

    /// <param name="options">Without a fault.</param>
    public AutomationScope(AutomationToolsOptions options)
    {
        Options = options;
        _origins = new HashSet<string>(options.Origins.Select(static origin => PageOrigin.Parse(origin)!), StringComparer.Ordinal);
        _uploadRoot = options.UploadRoot is { } root ? Path.GetFullPath(root) : null;
    }

    public AutomationToolsOptions Options { get; }

    /// <summary>The surface that a call names, or the first.</summary>
    public string SurfaceOf(ToolInput input) => input.OptionalText("surface") is not { } surface ? Options.Surfaces[0]
        : Allows(surface) ? surface
        : throw new ToolRefusal($"There is no such surface; there are: {string.Join(", ", Options.Surfaces)}.");

    /// <summary>Whether a surface may be used: it is one of those, or was opened by one, such as <c>default/popup-1</c>.</summary>
    public bool Allows(string surface) =>
        Options.Surfaces.Any(one => surface.StartsWith(one, StringComparison.Ordinal) && (surface.Length == one.Length || surface[one.Length] == '/'));

    public static UiElement ElementOf(ToolInput input, string name, string surface)
    {
        var selector = input.Text(name);
        if (string.IsNullOrWhiteSpace(selector))
        {
            throw new ToolRefusal($"'{name}' is blank. Give a reference such as e12, or a selector.");
        }

        return new UiElement(IsReference(selector) ? $"ref={selector}" : selector, surface);
    }

    public Uri AddressOf(ToolInput input) =>
        Uri.TryCreate(input.Text("address"), UriKind.Absolute, out var address) && PageOrigin.Of(address) is { } origin && _origins.Contains(origin) && address.UserInfo.Length == 0
            ? address
            : throw new ToolRefusal($"That address is not allowed. Allowed are addresses that begin with: {string.Join(", ", Options.Origins)}.");

    public string UploadOf(ToolInput input)
    {
        var path = WorkspacePath.Parse(input.Text("path"));
        var full = Path.GetFullPath(Path.Join(_uploadRoot, path.Text));
        if (path.IsRoot || !File.Exists(full))
        {
            throw new ToolRefusal("There is no such file.");
        }

        // Of the file and of each folder on the way: none may be a link.
        for (var part = full; part.Length > _uploadRoot!.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).LinkTarget is not null)
            {
                throw new ToolRefusal("There is no such file.");
            }
        }

        return full;
    }

    /// <summary>Refuses while a surface is where it must not be.</summary>
    public async ValueTask CheckAsync(GuardedAutomation automation, string surface, CancellationToken cancellationToken) =>
        Check(await automation.GetAddressAsync(surface, cancellationToken).ConfigureAwait(false));

    public void Check(string? address)
    {
        // A desktop has no addresses, and so no origins that could be left.
        if (address is not null && (PageOrigin.Of(address) is not { } origin || !_origins.Contains(origin)))
        {
            throw new ToolRefusal($"The page has left the allowed addresses, so nothing is done or shown there. Open one that begins with: {string.Join(", ", Options.Origins)}.");
        }
    }

    private static bool IsReference(string selector)
    {
        // As in e12, or f1e2 within a frame.
        var rest = selector.AsSpan();
        if (rest.StartsWith("f"))
        {
            rest = rest[1..].TrimStart("0123456789");
        }

        return rest.Length > 1 && rest[0] == 'e' && rest[1..].TrimStart("0123456789").IsEmpty;
    }
}
