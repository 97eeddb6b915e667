namespace AgentOrchestration.Budgets;

/// <summary>One call that an account has allowed: what it reserves, and its token. Everything that changes belongs to the gate of its account.</summary>
internal sealed class BudgetCall(BudgetAccount account, ModelPrice? price, CancellationTokenSource? stop, CancellationToken token)
{
    public BudgetAccount Account { get; } = account;

    /// <summary>Signalled with the agent's, or when the time of a budget is over.</summary>
    public CancellationToken Token { get; } = token;

    public long ReservedTokens { get; set; }

    public decimal ReservedCost { get; set; }

    /// <summary>Output tokens it may ask for; null for no limit.</summary>
    public long? MaxOutputTokens { get; set; }

    /// <summary>What its tokens cost; a later choice of another client changes it.</summary>
    public ModelPrice? Price { get; set; } = price;

    /// <summary>Whether its time counts at the moment.</summary>
    public bool IsTimed { get; set; }

    public bool IsOpen { get; set; } = true;

    /// <summary>The account whose time was over while the call was in flight.</summary>
    public BudgetAccount? TimeOver { get; set; }

    /// <summary>Signals the token; its callbacks run on the pool, and what they throw belongs to nobody.</summary>
    public void Stop()
    {
        try
        {
            _ = stop?.CancelAsync().ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        catch (ObjectDisposedException)
        {
            // It was settled at the same moment.
        }
    }

    public void Release() => stop?.Dispose();
}
