using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration;
using AgentOrchestration.Testing;
using Microsoft.Extensions.Logging;

namespace Snippets;

/// <summary>Compares the tables of the pages with the code: whatever the code has stands in its table.</summary>
internal static class Tables
{
    private static readonly Assembly[] Libraries = [typeof(AgentEvent).Assembly, typeof(LlmOptions).Assembly];

    public static async Task CompareAsync()
    {
        Events(Page("concepts/events.md"));
        await TelemetryAsync(Page("diagnostics.md"));
        Options(Page("concepts/agents-and-goals.md") + Page("concepts/scheduling.md") + Page("concepts/events.md") + Page("concepts/locking.md") + Page("concepts/budgets-and-tools.md"));
        OptionsOf<LlmOptions>(Page("concepts/routing.md"));
        OptionsOf<LlmClientOptions>(Page("concepts/routing.md"));
        OptionsOf<LlmAgentOptions>(Page("concepts/llm-agents.md"));
        OptionsOf<WorkspaceToolsOptions>(Page("concepts/tools-for-models.md"));
        OptionsOf<DurabilityOptions>(Page("concepts/durability.md"));
        OptionsOf<SqliteStoreOptions>(Page("concepts/durability.md"));
        OptionsOf<AutomationToolsOptions>(Page("concepts/automation.md"));
        OptionsOf<PlaywrightOptions>(Page("concepts/automation.md"));
        ErrorCodes(Page("concepts/scheduling.md"));
        Packages(Page("dependencies.md"));
    }

    private static void Events(string page)
    {
        foreach (var known in typeof(AgentEvent).GetCustomAttributes<JsonDerivedTypeAttribute>())
        {
            var row = Row(page, $"| `{known.DerivedType.Name}` | `{known.TypeDiscriminator}` |");
            foreach (var member in known.DerivedType.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
                Check.That(row.Contains($"`{name}`", StringComparison.Ordinal), $"{known.DerivedType.Name} has no field {name}");
            }
        }
    }

    private static async Task TelemetryAsync(string page)
    {
        using var listener = new MeterListener();
        var instruments = new List<Instrument>();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == "AgentOrchestration")
            {
                instruments.Add(instrument);
            }
        };
        await using var orchestrator = AgentOrchestrator.Create(options => options.UseLlm(llm => llm.AddClient("main", new ScriptedModel("x"))));
        listener.Start();
        Check.That(instruments.Count > 10, "there is a meter named AgentOrchestration");
        foreach (var instrument in instruments)
        {
            Row(page, $"| `{instrument.Name}` | `{instrument.Unit}` |");
        }

        var messages = Libraries.SelectMany(library => library.GetTypes()).SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => (method.Name, Message: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(method => method.Message is not null);
        foreach (var (name, message) in messages)
        {
            Row(page, $"| {message!.EventId} | `{name}` | {message.Level} |");
        }
    }

    private static void Options(string pages)
    {
        foreach (var option in typeof(AgentOrchestrationOptions).GetProperties())
        {
            // The knowledge base, durability and user interfaces have pages of their own.
            if (option.Name is not (nameof(AgentOrchestrationOptions.KnowledgeMemoryMegabytes) or nameof(AgentOrchestrationOptions.Durability) or nameof(AgentOrchestrationOptions.Automation)))
            {
                Row(pages, $"| `{option.Name}` |");
            }
        }
    }

    private static void OptionsOf<T>(string page)
    {
        foreach (var option in typeof(T).GetProperties())
        {
            Row(page, $"| `{option.Name}` |");
        }
    }

    private static void ErrorCodes(string page)
    {
        foreach (var code in typeof(AgentErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            Row(page, $"| `{code.GetRawConstantValue()}` |");
        }
    }

    private static void Packages(string page)
    {
        var versions = System.Xml.Linq.XDocument.Load(Path.Combine(Root(), "Directory.Packages.props"));
        foreach (var package in versions.Descendants("PackageVersion"))
        {
            Row(page, $"| {package.Attribute("Include")!.Value} |");
        }
    }

    private static string Row(string page, string start) =>
        page.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"A table of the documentation lacks a row that starts with: {start}");

    private static string Page(string path) => File.ReadAllText(Path.Combine(Root(), "docs", path));

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Orchestration.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The program does not run within its repository.");
        }

        return directory.FullName;
    }
}
