using System.Threading.Channels;
using AgentOrchestration.Tests.Files;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Workspace;

/// <summary>A workspace in a folder of its own, beside which there are secrets, and agents that call its tools.</summary>
internal sealed class WorkspaceWorld : IAsyncDisposable
{
    public const string Secret = "canary-7c1f";

    private readonly IReadOnlyList<AIFunction> _tools;
    private readonly List<Worker> _workers = [];

    public WorkspaceWorld(WorkspaceToolsOptions? options = null)
    {
        Folder.Write("root/readme.md", "# Shop\n");
        Folder.Write("outside/secret.txt", Secret);
        _tools = WorkspaceTools.Create(Root, options);
    }

    public static TimeSpan Hang { get; } = TimeSpan.FromSeconds(60);

    public TempFolder Folder { get; } = new();

    public AgentOrchestrator Orchestrator { get; } = AgentOrchestrator.Create();

    public string Root => Folder.At("root");

    public IEnumerable<string> ToolNames => _tools.Select(tool => tool.Name);

    public string At(string path) => Folder.At($"root/{path}");

    public string Write(string path, string text) => Folder.Write($"root/{path}", text);

    public async Task<Worker> StartAsync(string name)
    {
        var worker = new Worker(_tools);
        await Orchestrator.SpawnAsync(new AgentGoal("work") { Name = name }, worker);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>What there is beside the root, to see that nothing has changed it.</summary>
    public IReadOnlyList<string> Beside() =>
        [.. Directory.EnumerateFiles(Folder.At("outside"), "*", SearchOption.AllDirectories).Select(path => $"{path}: {File.ReadAllText(path)}").Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        _workers.ForEach(worker => worker.Stop());
        await Orchestrator.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>An agent that calls tools when the test says so.</summary>
    internal sealed class Worker(IReadOnlyList<AIFunction> tools) : IAgent
    {
        private readonly Channel<Func<AgentContext, CancellationToken, Task>> _work = Channel.CreateUnbounded<Func<AgentContext, CancellationToken, Task>>();

        public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
        {
            await foreach (var work in _work.Reader.ReadAllAsync(cancellationToken))
                await work(context, cancellationToken);
            return "done";
        }

        public Task<string> CallAsync(string tool, params IEnumerable<(string Name, object? Value)> arguments) =>
            DoAsync((context, cancellationToken) => CallAsync(context, tool, arguments, cancellationToken));

        /// <summary>Several calls at the same time, each in an activity of its own, as a tool loop makes them.</summary>
        public Task<string[]> CallAllAsync(params IEnumerable<(string Tool, (string Name, object? Value)[] Arguments)> calls) => DoAsync(async (context, _) =>
        {
            var list = calls.ToList();
            var results = new string[list.Count];
            await context.RunConcurrentlyAsync([.. list.Select((call, index) => (Func<AgentContext, CancellationToken, Task>)(async (fork, token) =>
                results[index] = await CallAsync(fork, call.Tool, call.Arguments, token)))]);
            return results;
        });

        public async Task<T> DoAsync<T>(Func<AgentContext, CancellationToken, Task<T>> work)
        {
            var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            await _work.Writer.WriteAsync(async (context, cancellationToken) =>
            {
                try
                {
                    result.SetResult(await work(context, cancellationToken));
                }
                catch (Exception e)
                {
                    result.SetException(e);
                }
            });
            return await result.Task.WaitAsync(Hang);
        }

        public void Stop() => _work.Writer.TryComplete();

        private async Task<string> CallAsync(AgentContext context, string tool, IEnumerable<(string Name, object? Value)> arguments, CancellationToken cancellationToken)
        {
            var given = new AIFunctionArguments(arguments.ToDictionary(argument => argument.Name, argument => argument.Value))
            {
                Context = new Dictionary<object, object?> { [typeof(AgentContext)] = context },
            };
            return Assert.IsType<string>(await tools.Single(candidate => candidate.Name == tool).InvokeAsync(given, cancellationToken));
        }
    }
}
