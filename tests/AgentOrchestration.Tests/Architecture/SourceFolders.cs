using System.Runtime.CompilerServices;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>Which feature folder of the core each type is in: public types share a namespace, so the tree says it.</summary>
internal static class SourceFolders
{
    public const string Root = "(root)";

    public static string CorePath { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../src/AgentOrchestration"));

    private static readonly Dictionary<string, string> ByFile = Directory
        .EnumerateFiles(CorePath, "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(CorePath, path))
        .Where(path => !path.StartsWith("obj", StringComparison.Ordinal) && !path.StartsWith("bin", StringComparison.Ordinal))
        .ToDictionary(path => Path.GetFileNameWithoutExtension(path), path => Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : Root, StringComparer.Ordinal);

    /// <summary>The folder of a type, or of the file that declares it beside the type it is named after.</summary>
    public static string? Of(Type type)
    {
        var outermost = type;
        while (outermost.DeclaringType is { } declaring)
        {
            outermost = declaring;
        }

        var name = outermost.Name.Split('`')[0];
        return ByFile.TryGetValue(name, out var folder) ? folder : Declared(name);
    }

    // Second types of a file: a closed hierarchy, or an enum beside the type that uses it.
    private static string? Declared(string name) => Directory
        .EnumerateFiles(CorePath, "*.cs", SearchOption.AllDirectories)
        .Where(path => ByFile.ContainsKey(Path.GetFileNameWithoutExtension(path)))
        .Where(path => File.ReadLines(path).Any(line => line.Contains($"record {name}(", StringComparison.Ordinal)
            || line.EndsWith($"enum {name}", StringComparison.Ordinal)
            || line.EndsWith($"class {name}", StringComparison.Ordinal)
            || line.Contains($"class {name} ", StringComparison.Ordinal)
            || line.Contains($"class {name}(", StringComparison.Ordinal)))
        .Select(path => ByFile[Path.GetFileNameWithoutExtension(path)])
        .FirstOrDefault();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
