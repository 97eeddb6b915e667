namespace Snippets;

/// <summary>Something an agent depends on.</summary>
internal sealed class Rules
{
    public IReadOnlyList<string> All { get; } = ["no secrets", "no SQL in strings"];

    public async Task CheckAsync(string rule, string file, CancellationToken cancellationToken) => await Task.Yield();
}
