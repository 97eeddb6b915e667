using AgentOrchestration.Benchmarks.Ratios;
using BenchmarkDotNet.Running;

// "ratios" and "locks" compare with the baselines by rounds of their own; everything else is BenchmarkDotNet's.
switch (args)
{
    case ["ratios", .. var topics]:
        return await RatioCommand.RunAsync(topics);
    case ["locks", .. var questions]:
        return await LockCommand.RunAsync(questions);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
