namespace AgentOrchestration.Sqlite.Tests;

/// <summary>A folder for one store, which goes with the test.</summary>
internal sealed class StoreFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("store-").FullName;

    public string File => System.IO.Path.Combine(Path, "orchestration.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
