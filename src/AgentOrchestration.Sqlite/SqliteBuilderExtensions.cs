using AgentOrchestration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps what an orchestrator does in a SQLite file.</summary>
public static class SqliteBuilderExtensions
{
    /// <summary>Uses a store in this file, and at the host's start goes on with what is unfinished there. See <see cref="AgentOrchestrationOptions.UseStore"/>.</summary>
    /// <param name="builder">The orchestrator.</param>
    /// <param name="path">The file; it need not exist, its folder must.</param>
    /// <param name="configure">Sets how the store works; null for the defaults. Its clock is the orchestrator's, unless another one is set.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The path is blank.</exception>
    public static IAgentOrchestrationBuilder UseSqlite(this IAgentOrchestrationBuilder builder, string path, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return builder.Configure(options => options.UseSqlite(path, configure));
    }
}
