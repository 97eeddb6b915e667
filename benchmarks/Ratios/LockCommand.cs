using System.Runtime.InteropServices;
using AgentOrchestration.Benchmarks.Locks;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary><c>locks [question ...] [--all-cores]</c>: prints one table of what locking costs, a line for each question and a column for each contestant.</summary>
internal static class LockCommand
{
    private const string AllCores = "--all-cores";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var questions = arguments.Where(static argument => argument != AllCores).ToArray();
        if (questions.FirstOrDefault(static question => !LockRatios.Questions.ContainsKey(question)) is { } unknown)
        {
            await Console.Error.WriteLineAsync(
                $"There is no question '{unknown}'. Known questions: {string.Join(", ", LockRatios.Questions.Keys)}; none means all. {AllCores} measures without pinning.");
            return 2;
        }

        if (!PinnedLaunch.HasHappened && !arguments.Contains(AllCores) && await PinnedLaunch.TryRunAsync(["locks", .. arguments]) is { } exitCode)
        {
            return exitCode;
        }

        await PrintAsync(questions.Length == 0 ? LockRatios.Questions.Keys : questions);
        return 0;
    }

    private static async Task PrintAsync(IEnumerable<string> questions)
    {
        string[] columns;
        await using (var field = new LockField(files: 0))
        {
            columns = [.. field.All.Select(static contestant => contestant.Name), AgentLocks.QuietColumnName];
        }

        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, processors used: {Environment.ProcessorCount}, {DateTime.UtcNow:yyyy-MM-dd}");
        Console.WriteLine();
        Console.WriteLine(LockRow.Heading(columns));
        foreach (var question in questions)
        {
            foreach (var row in await LockRatios.Questions[question]())
            {
                Console.WriteLine(row.Format(columns));
            }
        }
    }
}
