using AgentOrchestration.Budgets;

namespace AgentOrchestration.Scheduling;

/// <summary>The call of a tool that an activity is making: its permit, and the time it uses. Both stand still while the activity waits.</summary>
internal sealed class RunningTool(ToolPermits permits, BudgetCall call)
{
    private int _hasPermit = 1;

    public BudgetCall Call { get; } = call;

    public void Suspend()
    {
        Call.Account.StopTime(Call);
        GiveBack();
    }

    /// <summary>It has a permit again.</summary>
    public void Resumed()
    {
        Volatile.Write(ref _hasPermit, 1);
        Call.Account.StartTime(Call);
    }

    /// <summary>Gives the permit back, unless that was done: the tool waits, has ended, or was detached.</summary>
    public void GiveBack()
    {
        if (Interlocked.Exchange(ref _hasPermit, 0) == 1)
        {
            permits.Return();
        }
    }
}
