namespace AgentOrchestration;

/// <summary>Shorter forms for the resources that agents lock most.</summary>
public static class ResourceLocksExtensions
{
    /// <summary>Takes a file exclusively, waiting while others hold it or a directory above it.</summary>
    /// <inheritdoc cref="IResourceLocks.AcquireAsync"/>
    /// <param name="locks">The locks.</param>
    /// <param name="path">The file, as in <see cref="ResourceKey.File"/>.</param>
    /// <param name="timeout">Longest wait for the resource, above zero; null waits without limit.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    public static ValueTask<ResourceGuard> AcquireFileAsync(this IResourceLocks locks, string path, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Check(locks).AcquireAsync(new ResourceRequest(ResourceKey.File(path)), timeout, cancellationToken);

    /// <summary>Takes a directory with all that lies below it exclusively, waiting while others hold something there.</summary>
    /// <inheritdoc cref="AcquireFileAsync"/>
    /// <param name="locks">The locks.</param>
    /// <param name="path">The directory, as in <see cref="ResourceKey.Directory"/>.</param>
    /// <param name="timeout">Longest wait for the resource, above zero; null waits without limit.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    public static ValueTask<ResourceGuard> AcquireDirectoryAsync(this IResourceLocks locks, string path, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Check(locks).AcquireAsync(new ResourceRequest(ResourceKey.Directory(path)), timeout, cancellationToken);

    /// <summary>Takes an element of a user interface exclusively, waiting while others hold it or its surface.</summary>
    /// <inheritdoc cref="AcquireFileAsync"/>
    /// <param name="locks">The locks.</param>
    /// <param name="selector">Which element.</param>
    /// <param name="surface">The window, page or screen it is on.</param>
    /// <param name="timeout">Longest wait for the resource, above zero; null waits without limit.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    public static ValueTask<ResourceGuard> AcquireUiElementAsync(
        this IResourceLocks locks, string selector, string surface = "default", TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Check(locks).AcquireAsync(new ResourceRequest(ResourceKey.UiElement(selector, surface)), timeout, cancellationToken);

    /// <summary>Takes a file exclusively if that is possible at once.</summary>
    /// <inheritdoc cref="IResourceLocks.TryAcquire"/>
    /// <param name="locks">The locks.</param>
    /// <param name="path">The file, as in <see cref="ResourceKey.File"/>.</param>
    /// <param name="guard">The guard, if true.</param>
    /// <param name="conflict">Who holds it, how and since when, if false.</param>
    public static bool TryAcquireFile(this IResourceLocks locks, string path, out ResourceGuard guard, out ResourceConflict conflict) =>
        Check(locks).TryAcquire(new ResourceRequest(ResourceKey.File(path)), out guard, out conflict);

    /// <summary>Takes a directory with all that lies below it exclusively if that is possible at once.</summary>
    /// <inheritdoc cref="TryAcquireFile"/>
    /// <param name="locks">The locks.</param>
    /// <param name="path">The directory, as in <see cref="ResourceKey.Directory"/>.</param>
    /// <param name="guard">The guard, if true.</param>
    /// <param name="conflict">Who holds it, how and since when, if false.</param>
    public static bool TryAcquireDirectory(this IResourceLocks locks, string path, out ResourceGuard guard, out ResourceConflict conflict) =>
        Check(locks).TryAcquire(new ResourceRequest(ResourceKey.Directory(path)), out guard, out conflict);

    /// <summary>Takes an element of a user interface exclusively if that is possible at once.</summary>
    /// <inheritdoc cref="TryAcquireFile"/>
    /// <param name="locks">The locks.</param>
    /// <param name="selector">Which element.</param>
    /// <param name="surface">The window, page or screen it is on.</param>
    /// <param name="guard">The guard, if true.</param>
    /// <param name="conflict">Who holds it, how and since when, if false.</param>
    public static bool TryAcquireUiElement(this IResourceLocks locks, string selector, string surface, out ResourceGuard guard, out ResourceConflict conflict) =>
        Check(locks).TryAcquire(new ResourceRequest(ResourceKey.UiElement(selector, surface)), out guard, out conflict);

    /// <summary>Takes the resource at once, or throws.</summary>
    /// <param name="locks">The locks.</param>
    /// <param name="request">The resource and the mode.</param>
    /// <exception cref="ResourceConflictException">It is held by others; the message says by whom and since when.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="IResourceLocks.AcquireAsync"/>.</exception>
    public static ResourceGuard AcquireOrThrow(this IResourceLocks locks, ResourceRequest request) =>
        Check(locks).TryAcquire(request, out var guard, out var conflict) ? guard : throw new ResourceConflictException(conflict);

    private static IResourceLocks Check(IResourceLocks locks)
    {
        ArgumentNullException.ThrowIfNull(locks);
        return locks;
    }
}
