namespace AgentOrchestration.Playwright.Tests;

internal sealed class Acting(Func<GuardedAutomation, Task> act) : IAgent
{
    public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
    {
        await act(context.Automation!);
        return "";
    }
}
