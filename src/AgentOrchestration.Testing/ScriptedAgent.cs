using System.Collections.Immutable;

namespace AgentOrchestration.Testing;

/// <summary>An agent that does what a test wrote down, step by step. Immutable: each method returns a new script, so one may be shared and extended.</summary>
/// <remarks>It observes its cancellation, except where <see cref="Ignore"/> says otherwise. A script that ends without <see cref="Return(AgentOutput)"/> returns an empty output.</remarks>
/// <example><code>
/// var gate = new AgentGate();
/// var agent = new ScriptedAgent().Report("reading", 10).Pass(gate).Acquire("report").Return("done");
/// var handle = await orchestrator.SpawnAsync("read", agent);
/// await gate.WaitForArrivalAsync();
/// gate.Open();
/// </code></example>
public sealed class ScriptedAgent : IAgent
{
    private readonly ImmutableList<Func<Run, CancellationToken, Task>> _steps;

    /// <summary>An empty script.</summary>
    public ScriptedAgent()
        : this([])
    {
    }

    private ScriptedAgent(ImmutableList<Func<Run, CancellationToken, Task>> steps) => _steps = steps;

    /// <summary>Reports progress.</summary>
    public ScriptedAgent Report(string step, int? percent = null) => Then(run => run.Context.Report(step, percent));

    /// <summary>Streams a part of the output.</summary>
    public ScriptedAgent Output(string delta) => Then(run => run.Context.Output(delta));

    /// <summary>Works for this long on the orchestrator's clock, holding the slot.</summary>
    public ScriptedAgent Delay(TimeSpan duration) => Then((run, cancellationToken) => Task.Delay(duration, run.Context.Time, cancellationToken));

    /// <summary>Works until the gate opens, holding the slot.</summary>
    public ScriptedAgent Pass(AgentGate gate) => Then((_, cancellationToken) => gate.PassAsync(cancellationToken));

    /// <summary>Works until the gate opens, holding the slot and deaf to cancellation.</summary>
    public ScriptedAgent Ignore(AgentGate gate) => Then((_, _) => gate.PassAsync(CancellationToken.None));

    /// <summary>Stops here if the agent is to be paused.</summary>
    public ScriptedAgent PausePoint() => Then((run, _) => run.Context.PausePointAsync().AsTask());

    /// <summary>Takes a named resource, and holds it until <see cref="Release"/> or the end of the attempt.</summary>
    public ScriptedAgent Acquire(string name, TimeSpan? timeout = null) => Acquire(ResourceRequest.Exclusive(name), timeout);

    /// <summary>Takes a resource, and holds it until <see cref="Release"/> or the end of the attempt.</summary>
    public ScriptedAgent Acquire(ResourceRequest request, TimeSpan? timeout = null) =>
        Then(async (run, cancellationToken) => run.Guards.Push(await run.Context.Locks.AcquireAsync(request, timeout, cancellationToken).ConfigureAwait(false)));

    /// <summary>Releases what the last <see cref="Acquire(string, TimeSpan?)"/> took.</summary>
    public ScriptedAgent Release() => Then(run => run.Guards.Pop().Dispose());

    /// <summary>Asks the host for approval.</summary>
    /// <param name="action">What it asks.</param>
    /// <param name="timeout">Longest wait.</param>
    /// <param name="answered">Is given the answer; null ignores it.</param>
    public ScriptedAgent AskApproval(string action, TimeSpan? timeout = null, Action<ApprovalAnswer>? answered = null) => Then(async (run, _) =>
    {
        var answer = await run.Context.RequestApprovalAsync(action, timeout).ConfigureAwait(false);
        answered?.Invoke(answer);
    });

    /// <summary>Waits for a message.</summary>
    /// <param name="received">Is given the message; null ignores it.</param>
    public ScriptedAgent Receive(Action<AgentMessage>? received = null) => Then(async (run, _) =>
    {
        var message = await run.Context.ReceiveAsync().ConfigureAwait(false);
        received?.Invoke(message);
    });

    /// <summary>Spawns a child.</summary>
    /// <param name="goal">Its goal.</param>
    /// <param name="agent">Who does it; null takes the goal's named agent.</param>
    public ScriptedAgent Spawn(AgentGoal goal, IAgent? agent = null) => Then(async (run, _) => run.Children.Add(await run.Context.SpawnAsync(goal, agent).ConfigureAwait(false)));

    /// <summary>Waits for all children spawned so far.</summary>
    public ScriptedAgent WaitForChildren() => Then((run, _) => run.Context.WaitForAllAsync(run.Children).AsTask());

    /// <summary>Fails the attempt.</summary>
    public ScriptedAgent Throw(Exception exception) => Then(_ => throw exception);

    /// <summary>Fails the first attempts, here; later ones go on.</summary>
    /// <param name="attempts">How many fail.</param>
    /// <param name="exception">With what.</param>
    public ScriptedAgent ThrowOnFirst(int attempts, Exception exception) => Then(run =>
    {
        if (run.Context.Attempt <= attempts)
        {
            throw exception;
        }
    });

    /// <summary>Does anything else.</summary>
    public ScriptedAgent Do(Func<AgentContext, CancellationToken, Task> step) => Then((run, cancellationToken) => step(run.Context, cancellationToken));

    /// <summary>Does anything else at once.</summary>
    public ScriptedAgent Do(Action<AgentContext> step) => Then(run => step(run.Context));

    /// <summary>Returns; what follows is not done.</summary>
    public ScriptedAgent Return(AgentOutput output) => Then(run => run.Result = output);

    /// <inheritdoc/>
    public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
    {
        var run = new Run(context);
        foreach (var step in _steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await step(run, cancellationToken).ConfigureAwait(false);
            if (run.Result is not null)
            {
                break;
            }
        }

        return run.Result ?? new AgentOutput("");
    }

    private ScriptedAgent Then(Func<Run, CancellationToken, Task> step) => new(_steps.Add(step));

    private ScriptedAgent Then(Action<Run> step) => Then((run, _) =>
    {
        step(run);
        return Task.CompletedTask;
    });

    private sealed class Run(AgentContext context)
    {
        public AgentContext Context => context;

        public Stack<ResourceGuard> Guards { get; } = new();

        public List<ChildAgent> Children { get; } = [];

        public AgentOutput? Result { get; set; }
    }
}
