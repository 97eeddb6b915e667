using System.Xml.Linq;

namespace ProjectGraph;

/// <summary>A project: its name, its folder below the root, and the names of the projects it refers to.</summary>
internal sealed record Project(string Name, string Path, string[] Uses);

/// <summary>The projects of a repository.</summary>
internal static class Projects
{
    public static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orchestration.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The sample does not run within its repository.");
    }

    /// <summary>Those of the libraries, samples, tests and benchmarks, by name.</summary>
    public static IReadOnlyList<Project> Read(string root) =>
    [
        .. new[] { "src", "samples", "tests", "benchmarks" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }))
            .Order(StringComparer.Ordinal)
            .Select(file => new Project(NameOf(file), Path.GetRelativePath(root, Path.GetDirectoryName(file)!), UsesOf(file))),
    ];

    private static string[] UsesOf(string file) =>
        [.. XDocument.Load(file).Descendants("ProjectReference").Select(reference => NameOf(((string)reference.Attribute("Include")!).Replace('\\', '/'))).Distinct().Order(StringComparer.Ordinal)];

    private static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);
}
