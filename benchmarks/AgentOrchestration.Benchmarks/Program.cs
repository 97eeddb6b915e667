using AgentOrchestration.Benchmarks.Ratios;
using BenchmarkDotNet.Running;

// "ratios" compares with the baselines by rounds of its own; everything else is BenchmarkDotNet's.
if (args is ["ratios", .. var rest])
{
    return await RatioCommand.RunAsync(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
