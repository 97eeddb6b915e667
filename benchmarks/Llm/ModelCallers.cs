using AgentOrchestration.Llm.Agents;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Benchmarks.Llm;

/// <summary>The same calls of the same model: by the bare client, and as an agent makes them, through the router, its budget and its events.</summary>
internal sealed class ModelCallers : IAsyncDisposable
{
    public const int Calls = 2_000;

    private readonly InstantModel _model = new();
    private readonly AgentOrchestrator _orchestrator;
    private readonly ChatMessage[] _messages = [new(ChatRole.System, "You answer with yes or no."), new(ChatRole.User, "Is it late?")];
    private readonly ChatOptions _options = new() { MaxOutputTokens = 10 };

    public ModelCallers() => _orchestrator = AgentOrchestrator.Create(options => options
        .UseLlm(llm => llm.AddClient("model", _model))
        .AddAgent("default", (context, cancellationToken) => CallAsync(context, cancellationToken)));

    public async Task RunBareAsync()
    {
        for (var i = 0; i < Calls; i++)
        {
            await foreach (var _ in _model.GetStreamingResponseAsync(_messages, _options))
            {
            }
        }
    }

    public async Task RunAsAgentAsync()
    {
        var handle = await _orchestrator.SpawnAsync(new AgentGoal("call") { Budget = new AgentBudget { MaxModelCalls = Calls } });
        var result = await handle.Completion;
        if (result.Usage.ModelCalls != Calls || !result.Succeeded)
        {
            throw new InvalidOperationException($"The agent made {result.Usage.ModelCalls} calls: {result.Error?.Message}");
        }
    }

    public ValueTask DisposeAsync() => _orchestrator.DisposeAsync();

    private async Task<AgentOutput> CallAsync(AgentContext context, CancellationToken cancellationToken)
    {
        var calls = new ModelCalls(context, []);
        for (var i = 0; i < Calls; i++)
        {
            await foreach (var _ in calls.StreamAsync(LlmPurpose.Act, _messages, _options, cancellationToken))
            {
            }
        }

        return "";
    }
}
