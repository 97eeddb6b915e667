namespace Durability;

/// <summary>The world outside: a line in a file, whatever becomes of the process.</summary>
internal static class Publisher
{
    private static readonly SemaphoreSlim Turn = new(1);

    public static async Task PublishAsync(string effects, string line, CancellationToken cancellationToken)
    {
        await Turn.WaitAsync(cancellationToken);
        try
        {
            await File.AppendAllTextAsync(effects, line + "\n", CancellationToken.None);
        }
        finally
        {
            Turn.Release();
        }
    }
}
