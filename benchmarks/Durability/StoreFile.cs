namespace AgentOrchestration.Benchmarks.Durability;

/// <summary>A SQLite file in a folder that goes when it is disposed.</summary>
internal sealed class StoreFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("store-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "orchestration.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
