using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Contracts;

namespace AgentOrchestration.Tests.Automation;

/// <summary>The page of <see cref="AutomationServiceContract"/>, in memory.</summary>
internal static class PageInMemory
{
    public static readonly Uri Address = new("https://standard.test/");

    public static void Build(RecordingPage page)
    {
        page.Title = "Standard";
        page.Add("heading", "Standard page", "h1");
        var name = page.Add("textbox", "Name", "#name", "[name=name]");
        name.Value = "old";
        page.Add("checkbox", "Agree", "#agree");
        page.Add("combobox", "Color", "#color").Options = ["red", "green", "blue"];
        var save = page.Add("button", "Save", "#save");
        var off = page.Add("button", "Off", "#off");
        off.IsEnabled = false;
        var enable = page.Add("button", "Enable", "#enable");
        var show = page.Add("button", "Show", "#show");
        var later = page.Add("paragraph", "Later", "#later");
        later.IsVisible = false;
        var replace = page.Add("button", "Replace", "#replace");
        page.Add("text", "one", ".item");
        page.Add("text", "two", ".item");
        page.Add("textbox", "File", "#file");
        var from = page.Add("note", "From", "#from");
        page.Add("note", "To", "#to");
        var log = page.Add("status", "Log", "#log");

        On(save, action => log.Value += action is UiAction.DoubleClick ? "twice " : "saved ");
        On(enable, _ => off.IsEnabled = true);
        On(show, _ => later.IsVisible = true);
        On(name, action => log.Value += action is UiAction.PressKeys { Keys: ["Enter"] } ? "entered " : "");
        On(from, action => log.Value += action is UiAction.Drag ? "dropped " : "");
        On(replace, _ =>
        {
            page.Remove(save);
            page.Add("button", "Save", "#save");
        });
    }

    private static void On(RecordingElement element, Action<UiAction> perform) => element.OnPerform = (action, _) =>
    {
        perform(action);
        return ValueTask.CompletedTask;
    };
}
