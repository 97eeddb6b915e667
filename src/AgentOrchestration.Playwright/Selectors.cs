using Microsoft.Playwright;

namespace AgentOrchestration.Playwright;

/// <summary>
/// The selectors that this adapter knows: Playwright's own (CSS, which also looks into open shadow roots, <c>text=</c>, <c>xpath=</c>, <c>role=</c>), <c>ref=e12</c> of an observation, and
/// <c>frame=#payment >> #card</c> for an element within a frame.
/// </summary>
internal static class Selectors
{
    private const string Frame = "frame=";
    private const string Reference = "ref=";
    private const string Then = " >> ";

    public static ILocator Locate(IPage page, string selector)
    {
        if (selector.StartsWith(Reference, StringComparison.Ordinal))
        {
            return page.GetByRef(selector[Reference.Length..]);
        }

        if (!TrySplit(selector, out var frame, out var rest))
        {
            return page.Locator(selector);
        }

        var within = page.FrameLocator(frame);
        while (TrySplit(rest, out frame, out var inner))
        {
            (within, rest) = (within.FrameLocator(frame), inner);
        }

        return within.Locator(rest);
    }

    private static bool TrySplit(string selector, out string frame, out string rest)
    {
        var end = selector.StartsWith(Frame, StringComparison.Ordinal) ? selector.IndexOf(Then, StringComparison.Ordinal) : -1;
        (frame, rest) = end < 0 ? ("", selector) : (selector[Frame.Length..end], selector[(end + Then.Length)..]);
        return end >= 0;
    }
}
