using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using AgentOrchestration.Schedules;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.SystematicTesting;

// Runs scenarios under Coyote; eng/schedules builds, rewrites and calls it.
//   scenarios ITERATIONS SECONDS REPORTS SHARD SHARDS [NAME]   every so manieth scenario, with each strategy: none may find a bug
//   controls  ITERATIONS SECONDS REPORTS LIST                  each line of LIST, "BUG SCENARIO": the scenario must find the bug
//   replay    SCENARIO TRACE [BUG]                             one schedule again
Trace.Listeners.Clear();
Trace.Listeners.Add(new FailedAssertions());
var scenarios = new[] { typeof(SchedulerSchedules), typeof(EventLogSchedules), typeof(LockSchedules), typeof(RunSchedules) }
    .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
    .ToDictionary(static method => method.Name, static method => method.CreateDelegate<Func<Task>>(), StringComparer.Ordinal);
switch (args)
{
    case ["scenarios", var iterations, var seconds, var reports, var shard, var shards, .. var names]:
        StayOnOneCore(int.Parse(shard, CultureInfo.InvariantCulture));
        scenarios = scenarios
            .Where(scenario => names.Length == 0 || names.Contains(scenario.Key, StringComparer.Ordinal))
            .Where((_, index) => index % int.Parse(shards, CultureInfo.InvariantCulture) == int.Parse(shard, CultureInfo.InvariantCulture))
            .ToDictionary(StringComparer.Ordinal);
        return RunAll(uint.Parse(iterations, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture), reports);
    case ["controls", var iterations, var seconds, var reports, var list]:
        StayOnOneCore(0);
        return FindAll(uint.Parse(iterations, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture), reports, list);
    case ["replay", var name, var trace, .. var bug]:
        SeededBug.Present = bug.FirstOrDefault();
        WarmUp(scenarios[name]);
        using (var engine = TestingEngine.Create(Settings(1, 0).WithReproducibleTrace(File.ReadAllText(trace)).WithConsoleLoggingEnabled(true).WithVerbosityEnabled(VerbosityLevel.Debug), scenarios[name]))
        {
            engine.Run();
            return engine.TestReport.NumOfFoundBugs > 0 ? 1 : 0;
        }

    default:
        Console.Error.WriteLine("Run it through eng/schedules.");
        return 2;
}

int RunAll(uint iterations, int seconds, string reports)
{
    var failed = 0;
    foreach (var (name, scenario) in scenarios)
    {
        foreach (var (strategy, configure) in Strategies())
        {
            failed += Run(name, strategy, configure(Settings(iterations, seconds)), scenario, reports) ? 1 : 0;
        }
    }

    return failed > 0 ? 1 : 0;
}

int FindAll(uint iterations, int seconds, string reports, string list)
{
    var missed = 0;
    foreach (var control in File.ReadLines(list).Select(static line => line.Split(' ')))
    {
        SeededBug.Present = control[0];
        var found = false;

        // Each strategy briefly first: what one of them misses for long, the other often finds at once.
        foreach (var part in new[] { 20, 1 })
        {
            foreach (var (strategy, configure) in Strategies())
            {
                found = found || Run(control[1], $"{strategy}, {control[0]}", configure(Settings(iterations / (uint)part, Math.Max(1, seconds / part))), scenarios[control[1]], reports);
            }
        }

        if (!found)
        {
            Console.WriteLine($"MISSED: the bug '{control[0]}' was not found by {control[1]}");
            missed++;
        }
    }

    return missed > 0 ? 1 : 0;
}

// One operation runs at a time, each on a thread of its own: handing over within a core is several times as fast.
static void StayOnOneCore(int number)
{
    if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
    {
        using var process = Process.GetCurrentProcess();
        process.ProcessorAffinity = 1 << (number % Math.Min(Environment.ProcessorCount, 30));
    }
}

static (string Name, Func<Configuration, Configuration> Configure)[] Strategies() =>
[
    ("random", static configuration => configuration.WithRandomStrategy()),
    ("prioritization", static configuration => configuration.WithPrioritizationStrategy(isFair: true, priorityChangeBound: 5)),
];

// Everything must be under control: then a deadlock that is reported is one, and a schedule can be replayed.
static Configuration Settings(uint iterations, int seconds) => Configuration.Create()
    .WithTestingIterations(iterations)
    .WithTestingTimeout(seconds)
    .WithPartiallyControlledConcurrencyAllowed(false)
    .WithPotentialDeadlocksReportedAsBugs(true)
    .WithDeadlockTimeout(20_000)
    .WithMaxSchedulingSteps(20_000)
    .WithFailureOnMaxStepsBoundEnabled(true)
    .WithTraceAnalysisEnabled(false)
    .WithTelemetryEnabled(false);

// What is made once in a process is made here, so that a schedule is the same wherever it is replayed.
static void WarmUp(Func<Task> scenario)
{
    using var engine = TestingEngine.Create(Settings(1, 0).WithRandomGeneratorSeed(1), scenario);
    engine.SetLogger(new TextWriterLogger(TextWriter.Null, VerbosityLevel.None));
    engine.Run();
}

// Returns whether a bug was found.
static bool Run(string name, string strategy, Configuration configuration, Func<Task> scenario, string reports)
{
    WarmUp(scenario);
    var done = 0u;
    var watch = Stopwatch.StartNew();
    using var engine = TestingEngine.Create(configuration, scenario);
    engine.SetLogger(new TextWriterLogger(TextWriter.Null, VerbosityLevel.None));
    engine.RegisterEndIterationCallBack(iteration => done = iteration + 1);
    engine.Run();
    var seconds = watch.Elapsed.TotalSeconds;
    var found = engine.TestReport.NumOfFoundBugs > 0;

    // What Coyote cannot control is no bug of the core, and must not pass for a seeded one.
    var broken = engine.TestReport.InternalErrors.Count > 0 || engine.TestReport.BugReports.Any(static report => report.Contains("not intercepted", StringComparison.Ordinal));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26} {strategy,-40} {done,7} schedules {seconds,6:F1} s {done / seconds,6:F0}/s  {(broken ? "BROKEN" : found ? "FOUND" : "ok")}"));
    if (broken || found)
    {
        Directory.CreateDirectory(reports);
        engine.TryEmitReports(reports, string.Create(CultureInfo.InvariantCulture, $"{name}-{strategy.Replace(", ", "-", StringComparison.Ordinal)}"), out _);
        foreach (var line in engine.TestReport.BugReports.Concat(engine.TestReport.InternalErrors))
        {
            Console.WriteLine($"    {line.Split('\n')[0]}");
        }
    }

    return broken ? throw new InvalidOperationException($"{name} cannot be explored.") : found;
}
