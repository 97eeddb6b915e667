using Microsoft.Playwright;

namespace AgentOrchestration.Playwright;

/// <summary>What Playwright's errors mean. Its messages hold parts of the page, so they go into the inner exception only.</summary>
internal static class PlaywrightErrors
{
    public static AutomationException Explain(Exception exception, string surface, UiElement? element, bool hasCrashed)
    {
        var message = exception.Message;
        var what = element?.ToString() ?? $"Surface '{surface}'";
        var (kind, text) = exception switch
        {
            _ when hasCrashed || Has("crashed") || Has("Connection disposed") || Has("Connection closed") =>
                (AutomationErrorKind.Crashed, $"Surface '{surface}' or its browser crashed. Whether the action took effect is not known; navigate to open it again."),
            _ when Has("has been closed") || Has("was detached") || Has("context was destroyed") =>
                Has("context was destroyed") || Has("was detached") ? (AutomationErrorKind.NotFound, $"{what} is gone: its page or frame was left.") : (AutomationErrorKind.SurfaceClosed, $"Surface '{surface}' was closed. Navigate to open it again."),
            _ when Has("strict mode violation") => (AutomationErrorKind.Ambiguous, $"{what} fits several elements. Give a selector that fits one."),
            _ when Has("not attached") || Has("JSHandle is disposed") => (AutomationErrorKind.NotFound, $"{what} is not on the page any more."),
            _ when Has("while parsing") || Has("Unknown engine") || Has("Malformed") || Has("Unexpected token") => (AutomationErrorKind.Failed, $"{what} is no valid selector."),
            _ when Has("net::") || Has("NS_ERROR") || Has("Cannot navigate") || Has("Protocol error (Page.navigate)") => (AutomationErrorKind.NotReachable, $"Surface '{surface}' could not open the address: {NetworkErrorOf(message)}."),
            _ when Has("intercepts pointer events") => (AutomationErrorKind.NotActionable, $"{what} is covered by another element."),
            _ when Has("performing") => (AutomationErrorKind.TimedOut, $"{what} did not take the action in time; whether it took effect is not known."),
            _ when Has("not enabled") => (AutomationErrorKind.NotActionable, $"{what} is disabled."),
            _ when Has("not visible") => (AutomationErrorKind.NotActionable, $"{what} is hidden."),
            _ when Has("not editable") || Has("readonly") => (AutomationErrorKind.NotActionable, $"{what} cannot be edited."),
            _ when Has("did not find some options") => (AutomationErrorKind.NotActionable, $"{what} has no such option."),
            _ when Has("not stable") => (AutomationErrorKind.NotActionable, $"{what} does not stand still."),
            _ when Has("is not an <input>") || Has("is not a <select>") || Has("Not a checkbox") || Has("not of type") || Has("Node is not") || Has("not an HTMLInputElement") =>
                (AutomationErrorKind.NotActionable, $"{what} is of a kind that takes no such action."),
            TimeoutException when element is not null && !Has("navigating") => (AutomationErrorKind.NotFound, $"There is no {what}."),
            TimeoutException => (AutomationErrorKind.TimedOut, $"{what} took too long."),
            _ => (AutomationErrorKind.Failed, $"{what}: the browser refused it."),
        };
        return new AutomationException(kind, text, surface, element, exception);

        bool Has(string part) => message.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    // The name of the error alone: what follows it is the address.
    private static string NetworkErrorOf(string message)
    {
        var start = message.IndexOf("net::", StringComparison.Ordinal);
        start = start < 0 ? message.IndexOf("NS_ERROR", StringComparison.Ordinal) : start;
        if (start < 0)
        {
            return "it is no address that it opens";
        }

        var end = start;
        while (end < message.Length && (char.IsLetterOrDigit(message[end]) || message[end] is ':' or '_'))
        {
            end++;
        }

        return message[start..end];
    }
}
