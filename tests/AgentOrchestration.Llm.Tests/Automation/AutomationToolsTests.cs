using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Automation;

public sealed class AutomationToolsTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly Uri Shop = new("https://shop.test/");
    private readonly RecordingAutomation _automation = new();
    private readonly AgentOrchestrator _orchestrator;
    private readonly string _folder = Directory.CreateTempSubdirectory("uploads-").FullName;

    public AutomationToolsTests()
    {
        _automation.AddPage(Shop, page =>
        {
            page.Title = "Shop";
            page.Add("textbox", "Name", "#name");
            page.Add("button", "Order", "#order");
            page.Add("combobox", "Color", "#color").Options = ["red", "green"];
            page.Add("checkbox", "Agree", "#agree");
            page.Add("textbox", "File", "#file");
        });
        _automation.AddPage(new Uri("https://evil.test/"), page => page.Add("text", "canary-3d", "#canary"));
        _orchestrator = AgentOrchestrator.Create(options =>
        {
            options.Automation = _automation;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
        });
    }

    public static TheoryData<AutomationToolsOptions> BadOptions { get; } =
    [
        new AutomationToolsOptions { Origins = [] },
        new AutomationToolsOptions { Origins = ["shop.test"] },
        new AutomationToolsOptions { Origins = ["https://shop.test/path"] },
        new AutomationToolsOptions { Origins = ["https://user@shop.test"] },
        new AutomationToolsOptions { Origins = ["file:///tmp"] },
        new AutomationToolsOptions { Origins = ["https://shop.test"], Surfaces = [] },
        new AutomationToolsOptions { Origins = ["https://shop.test"], Surfaces = [" "] },
        new AutomationToolsOptions { Origins = ["https://shop.test"], MaxCharacters = 99 },
        new AutomationToolsOptions { Origins = ["https://shop.test"], Timeout = TimeSpan.Zero },
        new AutomationToolsOptions { Origins = ["https://shop.test"], Actions = [(UiActionKind)99] },
    ];

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public void Create_WithAValueOutOfRange_Throws(AutomationToolsOptions options) => Assert.Throws<ArgumentException>(() => AutomationTools.Create(options));

    [Fact]
    public void ThereIsAToolForEachActionThatIsAllowed()
    {
        Assert.Equal(14, AutomationTools.Create(Options() with { UploadRoot = _folder }).Count);
        Assert.DoesNotContain(AutomationTools.Create(Options()), static tool => tool.Name == "ui_upload");
        Assert.Equal(["ui_observe", "ui_read", "ui_click"], AutomationTools.Create(Options() with { Actions = [UiActionKind.Click] }).Select(static tool => tool.Name));
        foreach (var tool in AutomationTools.Create(Options() with { UploadRoot = _folder }))
        {
            Assert.False(tool.JsonSchema.GetProperty("additionalProperties").GetBoolean());
            Assert.All(tool.JsonSchema.GetProperty("properties").EnumerateObject(), static property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        }
    }

    [Fact]
    public async Task AModel_LooksAndActs_ByReferences()
    {
        var said = await CallAsync(
            Options(),
            ("ui_navigate", [("address", "https://shop.test/")]),
            ("ui_observe", []),
            ("ui_type", [("element", "e1"), ("text", "Ada")]),
            ("ui_select", [("element", "#color"), ("option", "green")]),
            ("ui_check", [("element", "#agree")]),
            ("ui_press_keys", [("element", "#name"), ("keys", "Control+A Delete")]),
            ("ui_hover", [("element", "e2")]),
            ("ui_click", [("element", "e2")]),
            ("ui_drag", [("element", "#name"), ("to", "#order")]),
            ("ui_scroll", [("element", "#order"), ("down", 10)]),
            ("ui_wait_for", [("element", "#order")]),
            ("ui_read", [("element", "#color")]));

        Assert.Equal("Done. The page is at https://shop.test/.", said[0]);
        Assert.Contains("- button \"Order\" [ref=e2]", said[1], StringComparison.Ordinal);
        Assert.All(said.Skip(2).SkipLast(1), static one => Assert.StartsWith("Done.", one, StringComparison.Ordinal));
        Assert.Equal("green", said[^1]);
        Assert.Equal(
            [UiActionKind.Navigate, UiActionKind.Type, UiActionKind.Select, UiActionKind.Check, UiActionKind.PressKeys, UiActionKind.Hover, UiActionKind.Click, UiActionKind.Drag, UiActionKind.Scroll],
            _automation.Actions.Select(static action => action.Action.Kind));
        Assert.Equal(["Control+A", "Delete"], Assert.IsType<UiAction.PressKeys>(_automation.Actions[4].Action).Keys);
    }

    [Theory]
    [InlineData("https://evil.test/")]
    [InlineData("http://shop.test/")]
    [InlineData("https://shop.test:8443/")]
    [InlineData("https://shop.test.evil.test/")]
    [InlineData("https://shop.test@evil.test/")]
    [InlineData("https://me:secret@shop.test/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("chrome://crash")]
    [InlineData("//shop.test/")]
    [InlineData("shop.test")]
    public async Task AnAddressThatIsNotAllowed_IsRefused(string address)
    {
        var said = await CallAsync(Options(), ("ui_navigate", [("address", address)]));

        Assert.StartsWith("Error: That address is not allowed", said[0], StringComparison.Ordinal);
        Assert.Empty(_automation.Actions);
    }

    [Fact]
    public async Task APageThatLeftTheAllowedAddresses_IsNeitherShownNorUsed()
    {
        await _automation.PerformAsync(new UiAction.Navigate(new Uri("https://evil.test/")));

        var said = await CallAsync(Options(), ("ui_observe", []), ("ui_read", [("element", "#canary")]), ("ui_click", [("element", "#canary")]), ("ui_navigate", [("address", "https://shop.test/")]));

        Assert.All(said[..3], static one => Assert.StartsWith("Error: The page has left the allowed addresses", one, StringComparison.Ordinal));
        Assert.All(said, static one => Assert.DoesNotContain("canary", one, StringComparison.Ordinal));
        Assert.StartsWith("Done.", said[3], StringComparison.Ordinal);
        Assert.Equal(2, _automation.Actions.Count);
    }

    [Fact]
    public async Task AnActionThatLeadsAway_IsToldAsAnError()
    {
        await OpenAsync();
        _automation.FindPage()!.Elements.Single(static element => element.Name == "Order").OnPerform = async (_, ct) => await _automation.PerformAsync(new UiAction.Navigate(new Uri("https://evil.test/")), ct);

        var said = await CallAsync(Options(), ("ui_click", [("element", "#order")]), ("ui_observe", []));

        Assert.All(said, static one => Assert.StartsWith("Error:", one, StringComparison.Ordinal));
        Assert.All(said, static one => Assert.DoesNotContain("canary", one, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Errors_AreSaidToTheModel()
    {
        await OpenAsync();

        var said = await CallAsync(
            Options() with { Timeout = TimeSpan.FromMilliseconds(30) },
            ("ui_click", [("element", "#missing")]),
            ("ui_click", [("element", " ")]),
            ("ui_click", [("element", "e1"), ("surface", "other")]),
            ("ui_click", [("element", "e1"), ("force", true)]),
            ("ui_click", []),
            ("ui_observe", [("surface", "default/popup-1")]));

        Assert.All(said, static one => Assert.StartsWith("Error:", one, StringComparison.Ordinal));
        Assert.Contains("There is no #missing on default", said[0], StringComparison.Ordinal);
        Assert.Contains("no such surface", said[2], StringComparison.Ordinal);
        Assert.Contains("is not open", said[5], StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsShown_IsCut_AndComesWithAPictureIfWanted()
    {
        await OpenAsync();
        _automation.FindPage()!.Elements[0].Value = new string('x', 500);

        var said = await CallAsync(Options() with { MaxCharacters = 200 }, ("ui_observe", []), ("ui_read", [("element", "#name")]));
        var pictured = await ResultsAsync(Options() with { Screenshots = true }, ("ui_observe", []));

        Assert.Contains("[Cut", said[0], StringComparison.Ordinal);
        Assert.True(said[1].Length < 220 && said[1].EndsWith("[Cut]", StringComparison.Ordinal));
        var contents = Assert.IsType<AIContent[]>(pictured[0]);
        Assert.IsType<TextContent>(contents[0]);
        Assert.False(Assert.IsType<DataContent>(contents[1]).Data.IsEmpty);
    }

    [Fact]
    public async Task Uploads_AreOfTheFolderOnly()
    {
        await OpenAsync();
        var outside = Path.Combine(Path.GetTempPath(), $"outside-{Guid.NewGuid():n}.txt");
        await File.WriteAllTextAsync(outside, "canary");
        await File.WriteAllTextAsync(Path.Combine(_folder, "order.txt"), "order");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.txt"), outside);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "tmp"), Path.GetTempPath());
        try
        {
            var said = await CallAsync(
                Options() with { UploadRoot = _folder },
                ("ui_upload", [("element", "#file"), ("path", "order.txt")]),
                ("ui_upload", [("element", "#file"), ("path", $"../{Path.GetFileName(outside)}")]),
                ("ui_upload", [("element", "#file"), ("path", outside)]),
                ("ui_upload", [("element", "#file"), ("path", "link.txt")]),
                ("ui_upload", [("element", "#file"), ("path", $"tmp/{Path.GetFileName(outside)}")]),
                ("ui_upload", [("element", "#file"), ("path", ".")]));

            Assert.StartsWith("Done.", said[0], StringComparison.Ordinal);
            Assert.All(said.Skip(1), static one => Assert.StartsWith("Error:", one, StringComparison.Ordinal));
            Assert.Equal("order.txt", _automation.FindPage()!.Elements[^1].Value);
        }
        finally
        {
            File.Delete(outside);
        }
    }

    [Fact]
    public async Task ADangerousAction_IsApprovedFirst()
    {
        var model = new ScriptedModel(
            new ModelTurn().Call("ui_navigate", """{"address":"https://shop.test/"}"""),
            new ModelTurn().Call("ui_click", """{"element":"#agree"}"""),
            new ModelTurn().Call("ui_click", """{"element":"#order"}"""),
            "done");
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.Automation = _automation;
            options.LlmRouter = model;
            options.AddLlmAgent("default", agent =>
            {
                agent.MaxPlanSteps = 0;
                foreach (var tool in AutomationTools.Create(Options() with { Approval = static action => action is UiAction.Click { Element.Selector: "#order" } ? "Place the order" : null }))
                {
                    agent.Tools.Add(tool);
                }
            });
        });
        var handle = await orchestrator.SpawnAsync("order");
        await foreach (var e in handle.Watch())
        {
            if (e is ApprovalRequested requested)
            {
                Assert.Contains("Place the order", requested.Request.Action, StringComparison.Ordinal);
                Assert.DoesNotContain(_automation.Actions, static action => action.Action is UiAction.Click { Element.Selector: "#order" } || action.Element?.Name == "Order");
                await orchestrator.AnswerAsync(requested.Request.Id, approved: false, "not today");
            }
        }

        Assert.Equal("done", (await handle.Completion.WaitAsync(Long)).Output!.Text);
        Assert.Equal(["Agree"], _automation.Actions.Where(static action => action.Action is UiAction.Click).Select(static action => action.Element!.Name));
    }

    [Fact]
    public async Task WithoutAUserInterface_AToolThrows()
    {
        await using var orchestrator = AgentOrchestrator.Create();
        var handle = await orchestrator.SpawnAsync("look", new ScriptedAgent().Do(async (context, ct) => await InvokeAsync(context, AutomationTools.Create(Options()), "ui_observe", [], ct)));

        Assert.Contains("UsePlaywright", (await handle.Completion.WaitAsync(Long)).Error!.Message, StringComparison.Ordinal);
    }

    private static AutomationToolsOptions Options() => new() { Origins = ["https://shop.test"] };

    private static ValueTask<object?> InvokeAsync(AgentContext context, IReadOnlyList<AIFunction> tools, string tool, (string Name, object? Value)[] arguments, CancellationToken ct) =>
        tools.Single(one => one.Name == tool).InvokeAsync(
            new AIFunctionArguments(arguments.ToDictionary(static argument => argument.Name, static argument => argument.Value, StringComparer.Ordinal))
            {
                Context = new Dictionary<object, object?> { [typeof(AgentContext)] = context },
            },
            ct);

    private Task OpenAsync() => _automation.PerformAsync(new UiAction.Navigate(Shop)).AsTask();

    private async Task<string[]> CallAsync(AutomationToolsOptions options, params IEnumerable<(string Tool, (string Name, object? Value)[] Arguments)> calls) =>
        [.. (await ResultsAsync(options, calls)).Select(static result => Assert.IsType<string>(result))];

    private async Task<List<object?>> ResultsAsync(AutomationToolsOptions options, params IEnumerable<(string Tool, (string Name, object? Value)[] Arguments)> calls)
    {
        var tools = AutomationTools.Create(options);
        var results = new List<object?>();
        var handle = await _orchestrator.SpawnAsync("act", new ScriptedAgent().Do(async (context, ct) =>
        {
            foreach (var (tool, arguments) in calls)
            {
                results.Add(await InvokeAsync(context, tools, tool, arguments, ct));
            }
        }));
        var result = await handle.Completion.WaitAsync(Long);
        Assert.True(result.State == AgentState.Completed, $"{result.Error?.Message} {result.Error?.Exception}");
        return results;
    }
}
