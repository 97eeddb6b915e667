using System.Globalization;

namespace AgentOrchestration.Playwright.Tests;

/// <summary>The browser of the tests, and what is left of it.</summary>
internal static class Chromium
{
    private static readonly string? Program = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public static PlaywrightOptions Options(Action<PlaywrightOptions>? configure = null)
    {
        Assert.SkipWhen(Program is null, "There is no Chromium: install Debian's package 'chromium'.");
        var options = new PlaywrightOptions { ExecutablePath = Program, ActionTimeout = TimeSpan.FromSeconds(20) };
        foreach (var argument in new[] { "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync" })
        {
            options.Arguments.Add(argument);
        }

        configure?.Invoke(options);
        return options;
    }

    /// <summary>Processes below this one that are alive, with their names.</summary>
    public static List<(int Id, string Name)> Processes()
    {
        var parents = new Dictionary<int, (int Parent, string Name, char State)>();
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                var end = stat.LastIndexOf(')');
                var rest = stat[(end + 2)..].Split(' ');
                parents[id] = (int.Parse(rest[1], CultureInfo.InvariantCulture), stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end], rest[0][0]);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        var found = new List<(int Id, string Name)>();
        foreach (var (id, process) in parents)
        {
            var above = process.Parent;
            while (above != Environment.ProcessId && parents.TryGetValue(above, out var next))
            {
                above = next.Parent;
            }

            if (above == Environment.ProcessId && process.State != 'Z')
            {
                found.Add((id, process.Name));
            }
        }

        return found;
    }

    /// <summary>Waits until nothing that a test started lives any more.</summary>
    public static async Task WhenGoneAsync(IReadOnlyCollection<int> before)
    {
        for (var i = 0; i < 200; i++)
        {
            if (Processes().All(process => before.Contains(process.Id)))
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail($"Left are {string.Join(", ", Processes().Where(process => !before.Contains(process.Id)))}");
    }
}
