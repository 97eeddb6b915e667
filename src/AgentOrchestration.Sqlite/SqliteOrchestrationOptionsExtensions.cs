using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>Keeps what an orchestrator does in a SQLite file, without a container.</summary>
public static class SqliteOrchestrationOptionsExtensions
{
    /// <summary>Uses a store in this file; the orchestrator disposes it. See <see cref="AgentOrchestrationOptions.UseStore"/>.</summary>
    /// <param name="options">The orchestrator's options.</param>
    /// <param name="path">The file; it need not exist, its folder must.</param>
    /// <param name="configure">Sets how the store works; null for the defaults. Its clock is the orchestrator's, unless another one is set.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">The path is blank.</exception>
    public static AgentOrchestrationOptions UseSqlite(this AgentOrchestrationOptions options, string path, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return options.UseStore(services =>
        {
            var store = new SqliteStoreOptions();
            configure?.Invoke(store);
            store.TimeProvider ??= options.TimeProvider ?? services.GetService<TimeProvider>();
            return new SqliteStore(path, store);
        });
    }
}
