using System.Runtime.CompilerServices;

namespace Snippets;

/// <summary>A directory of its own to write to, set before the first statement of the program.</summary>
internal static class Scratch
{
    private static string s_path = string.Empty;

    public static void Delete()
    {
        Environment.CurrentDirectory = AppContext.BaseDirectory;
        Directory.Delete(s_path, recursive: true);
    }

    [ModuleInitializer]
    internal static void Enter()
    {
        s_path = Directory.CreateTempSubdirectory("snippets").FullName;
        Environment.CurrentDirectory = s_path;
    }
}
