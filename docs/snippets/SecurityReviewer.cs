using AgentOrchestration;

namespace Snippets;

// snippet: agents-class
internal sealed class SecurityReviewer(Rules rules) : IAgent
{
    public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
    {
        var file = context.Goal.Description.Split(' ')[^1];
        for (var i = 0; i < rules.All.Count; i++)
        {
            context.Report($"checking {rules.All[i]}", 100 * i / rules.All.Count);
            await context.PausePointAsync();
            await rules.CheckAsync(rules.All[i], file, cancellationToken);
        }

        return $"{file}: {rules.All.Count} rules hold";
    }
}
// end snippet
