using Microsoft.CodeAnalysis;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>The assemblies of the framework this program runs on; all that the code base is compiled against.</summary>
internal static class FrameworkReferences
{
    /// <summary>Makes a reference for each.</summary>
    public static IReadOnlyList<MetadataReference> All()
    {
        // The list also names this program's own assemblies, which may be the very code that is analysed.
        var folder = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? string.Empty;
        return
        [
            .. trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Where(path => Path.GetDirectoryName(path) == folder)
                .Select(path => MetadataReference.CreateFromFile(path)),
        ];
    }
}
