namespace AgentOrchestration.KillLoop;

/// <summary>Lines that survive the process, whatever the store makes of it: each is with the operating system before the call returns.</summary>
internal sealed class Ledger(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    public static IReadOnlyList<string[]> Read(string path) =>
        !File.Exists(path) ? [] : [.. File.ReadAllText(path).Split('\n')[..^1].Select(static line => line.Split('\t'))];

    public void Write(params string[] fields)
    {
        var line = System.Text.Encoding.UTF8.GetBytes(string.Join('\t', fields) + "\n");
        lock (_gate)
        {
            _file.Write(line);
        }
    }

    public void Dispose() => _file.Dispose();
}
