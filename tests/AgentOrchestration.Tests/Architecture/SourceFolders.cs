using System.Text.RegularExpressions;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>Which feature folder of the core each type is in: public types share a namespace, so the tree says it.</summary>
internal static partial class SourceFolders
{
    public const string Root = "(root)";

    private static readonly Dictionary<string, string> ByType = Read();

    public static string CorePath => Path.Combine(Repository(), "src", "AgentOrchestration");

    /// <summary>The folder of a type; null for what no source file declares, such as generated types.</summary>
    public static string? Of(Type type)
    {
        var outermost = type;
        while (outermost.DeclaringType is { } declaring)
        {
            outermost = declaring;
        }

        return ByType.GetValueOrDefault(outermost.Name.Split('`')[0]);
    }

    private static Dictionary<string, string> Read()
    {
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(CorePath, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetDirectoryName(Path.GetRelativePath(CorePath, path))!;
            if (folder.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
            {
                foreach (var declared in File.ReadLines(path).Select(line => Declaration().Match(line)).Where(match => match.Success))
                {
                    folders[declared.Groups["name"].Value] = folder.Length == 0 ? Root : folder;
                }
            }
        }

        return folders;
    }

    // Types at the left margin: those of a namespace, not nested ones.
    [GeneratedRegex(@"^(public|internal) ((static|sealed|abstract|readonly|partial|ref) )*(class|record struct|record|struct|enum|interface) (?<name>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Declaration();

    // Not from the path of this file, which a deterministic build rewrites.
    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestration.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No Orchestration.sln above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
