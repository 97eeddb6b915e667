using System.Security.Cryptography;
using System.Text;

namespace ProjectGraph;

/// <summary>A hash of a project's sources and of what it uses.</summary>
internal static class Fingerprint
{
    public static string Of(string folder, IEnumerable<string> used, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var fingerprint in used)
            hash.AppendData(Encoding.UTF8.GetBytes(fingerprint));
        foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.GetRelativePath(folder, file);
            if (path.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj")
                continue;
            hash.AppendData(Encoding.UTF8.GetBytes(path));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
