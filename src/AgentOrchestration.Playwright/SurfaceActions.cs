using Microsoft.Playwright;

namespace AgentOrchestration.Playwright;

/// <summary>Does single actions on a page, so that none of them goes on after its call has ended.</summary>
/// <remarks>
/// Playwright cannot be told to stop, and goes on waiting for an element until its own timeout. So it is waited for in slices that do nothing, which can be left at any moment; the action itself
/// follows when the element is ready, with a timeout so short that its end can be waited for. If it does not end, the page is closed: better than a click that comes when another agent has the element.
/// </remarks>
internal sealed class SurfaceActions(BrowserSurface surface, PlaywrightOptions options)
{
    private const string ValueOfNode = """
        node => node instanceof HTMLInputElement && (node.type === 'checkbox' || node.type === 'radio') ? String(node.checked)
            : node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement ? node.value
            : node instanceof HTMLElement ? node.innerText : (node.textContent ?? '')
        """;

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortestAct = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAct = TimeSpan.FromSeconds(5);

    private IPage Page => surface.Page;

    /// <summary>The node, once it is there.</summary>
    public async Task<IElementHandle> FindAsync(UiElement element, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (PlaywrightAutomation.NodeOf(element) is { } node)
        {
            return surface.Find(node) ?? throw new AutomationException(AutomationErrorKind.NotFound, $"{element} is not on the page any more.", element.Surface, element);
        }

        // It only looks, so it may be left to itself.
        var wait = Milliseconds(timeout ?? options.ActionTimeout);
        return await Selectors.Locate(Page, element.Selector).ElementHandleAsync(new LocatorElementHandleOptions { Timeout = wait }).LookAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<string> ReadAsync(UiElement element, CancellationToken cancellationToken)
    {
        var node = await FindAsync(element, timeout: null, cancellationToken).ConfigureAwait(false);
        return await node.EvaluateAsync<string>(ValueOfNode).LookAsync(options.ActionTimeout, cancellationToken).ConfigureAwait(false);
    }

    public async Task PerformAsync(UiAction action, CancellationToken cancellationToken)
    {
        var deadline = new Deadline(action.Timeout ?? options.ActionTimeout);
        switch (action)
        {
            case UiAction.Navigate navigate:
                await NavigateAsync(navigate, new Deadline(action.Timeout ?? options.NavigationTimeout), cancellationToken).ConfigureAwait(false);
                return;
            case UiAction.WaitFor waitFor:
                await WaitForAsync(waitFor, deadline, cancellationToken).ConfigureAwait(false);
                return;
            case UiAction.PressKeys { Element: null } press:
                await ActAsync(() => PressAsync(press), cancellationToken).ConfigureAwait(false);
                return;
        }

        var node = await FindAsync(action.Target!, deadline.Left, cancellationToken).ConfigureAwait(false);
        await WhenReadyAsync(node, action, deadline, cancellationToken).ConfigureAwait(false);
        var time = Milliseconds(deadline.ForAct);
        switch (action)
        {
            case UiAction.Click:
                await ActAsync(() => node.ClickAsync(new ElementHandleClickOptions { Timeout = time }), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.DoubleClick:
                await ActAsync(() => node.DblClickAsync(new ElementHandleDblClickOptions { Timeout = time }), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.Hover:
                await ActAsync(() => node.HoverAsync(new ElementHandleHoverOptions { Timeout = time }), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.Check check:
                await ActAsync(() => node.SetCheckedAsync(check.IsChecked, new ElementHandleSetCheckedOptions { Timeout = time }), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.Select select:
                await ActAsync(() => node.SelectOptionAsync(select.Options, new ElementHandleSelectOptionOptions { Timeout = time }), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.Upload upload:
                await ActAsync(() => node.SetInputFilesAsync(upload.Paths, new ElementHandleSetInputFilesOptions { Timeout = time }), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.Type type:
                await ActAsync(() => TypeAsync(node, type, time), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.PressKeys press:
                await ActAsync(
                    async () =>
                    {
                        await node.FocusAsync().ConfigureAwait(false);
                        await PressAsync(press).ConfigureAwait(false);
                    },
                    cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.Scroll { Right: 0, Down: 0 }:
                await ActAsync(() => node.ScrollIntoViewIfNeededAsync(new ElementHandleScrollIntoViewIfNeededOptions { Timeout = time }), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.Scroll scroll:
                await ActAsync(() => node.EvaluateAsync("(node, by) => node.scrollBy(by[0], by[1])", new[] { scroll.Right, scroll.Down }), cancellationToken).ConfigureAwait(false);
                break;
            case UiAction.Drag drag:
                var target = await FindAsync(drag.To, deadline.Left, cancellationToken).ConfigureAwait(false);
                await ActAsync(() => DragAsync(node, target, time), cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static float Milliseconds(TimeSpan time) => Math.Max(1, (float)time.TotalMilliseconds);

    // Looks whether the element takes the action, again and again, and does nothing.
    private static async Task WhenReadyAsync(IElementHandle node, UiAction action, Deadline deadline, CancellationToken cancellationToken)
    {
        AutomationException? reason = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var time = Milliseconds(deadline.Left < Slice ? deadline.Left : Slice);
            var look = action switch
            {
                UiAction.Click or UiAction.DoubleClick => node.ClickAsync(new ElementHandleClickOptions { Trial = true, Timeout = time }),
                UiAction.Hover or UiAction.Drag => node.HoverAsync(new ElementHandleHoverOptions { Trial = true, Timeout = time }),
                UiAction.Type => node.WaitForElementStateAsync(ElementState.Editable, new ElementHandleWaitForElementStateOptions { Timeout = time }),
                UiAction.Check or UiAction.Select or UiAction.PressKeys => node.WaitForElementStateAsync(ElementState.Enabled, new ElementHandleWaitForElementStateOptions { Timeout = time }),

                // A field for files is often hidden behind a button, and what is out of sight can be scrolled to.
                _ => Task.CompletedTask,
            };
            try
            {
                await look.LookAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException exception)
            {
                // The last look may be too short to say why.
                var seen = PlaywrightErrors.Explain(exception, action.Surface, action.Target, hasCrashed: false);
                reason = seen.Kind == AutomationErrorKind.NotActionable ? seen : reason;
                if (deadline.IsOver)
                {
                    throw reason ?? new AutomationException(AutomationErrorKind.NotActionable, $"{action.Target} did not take input in time.", action.Surface, action.Target, exception);
                }
            }
        }
    }

    // A navigation that failed, or one of the page itself, may still be under way: then it is done again.
    private async Task NavigateAsync(UiAction.Navigate action, Deadline deadline, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await FinishAsync(Page.GotoAsync(action.Address.ToString(), new PageGotoOptions { Timeout = Milliseconds(deadline.Left) }), endsByItself: false, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PlaywrightException exception) when (exception.Message.Contains("interrupted by another navigation", StringComparison.Ordinal) && !deadline.IsOver)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task WaitForAsync(UiAction.WaitFor action, Deadline deadline, CancellationToken cancellationToken)
    {
        var locator = Selectors.Locate(Page, action.Element.Selector);
        try
        {
            // It only looks.
            await locator.WaitForAsync(new LocatorWaitForOptions
            {
                State = action.State == UiElementState.Hidden ? WaitForSelectorState.Hidden : WaitForSelectorState.Visible,
                Timeout = Milliseconds(deadline.Left),
            }).LookAsync(cancellationToken).ConfigureAwait(false);
            while (action.State == UiElementState.Enabled
                && !await locator.IsEnabledAsync(new LocatorIsEnabledOptions { Timeout = Milliseconds(deadline.Left) }).LookAsync(cancellationToken).ConfigureAwait(false))
            {
                if (deadline.IsOver)
                {
                    throw new TimeoutException("It is disabled.");
                }

                var node = await locator.ElementHandleAsync(new LocatorElementHandleOptions { Timeout = Milliseconds(deadline.Left) }).LookAsync(cancellationToken).ConfigureAwait(false);
                await node.WaitForElementStateAsync(ElementState.Enabled, new ElementHandleWaitForElementStateOptions { Timeout = Milliseconds(deadline.Left) }).LookAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (TimeoutException exception)
        {
            throw new AutomationException(AutomationErrorKind.TimedOut, $"{action.Element} was not {action.State} in time.", action.Surface, action.Element, exception);
        }
    }

    private async Task ActAsync(Func<Task> act, CancellationToken cancellationToken)
    {
        await surface.Input.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await FinishAsync(act(), endsByItself: true, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            surface.Input.Release();
        }
    }

    // The end of an action, or of its page.
    private async Task FinishAsync(Task act, bool endsByItself, CancellationToken cancellationToken)
    {
        try
        {
            await act.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !act.IsCompleted)
        {
            if (endsByItself)
            {
                await Task.WhenAny(act, Task.Delay(ShortestAct, TimeProvider.System, CancellationToken.None)).ConfigureAwait(false);
            }

            if (!act.IsCompleted)
            {
                await surface.CloseAsync().ConfigureAwait(false);
                await act.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            throw;
        }
    }

    private async Task PressAsync(UiAction.PressKeys press)
    {
        foreach (var key in press.Keys)
        {
            await Page.Keyboard.PressAsync(key).ConfigureAwait(false);
        }
    }

    private async Task TypeAsync(IElementHandle node, UiAction.Type type, float time)
    {
        if (type.Clear)
        {
            await node.FillAsync("", new ElementHandleFillOptions { Timeout = time }).ConfigureAwait(false);
        }

        await node.FocusAsync().ConfigureAwait(false);
        if (!type.Clear)
        {
            await Page.Keyboard.PressAsync("End").ConfigureAwait(false);
        }

        await Page.Keyboard.InsertTextAsync(type.Text).ConfigureAwait(false);
    }

    private async Task DragAsync(IElementHandle node, IElementHandle target, float time)
    {
        await node.HoverAsync(new ElementHandleHoverOptions { Timeout = time }).ConfigureAwait(false);
        await Page.Mouse.DownAsync().ConfigureAwait(false);
        try
        {
            // Twice: some pages notice a drag only when the pointer moves over the target.
            await target.HoverAsync(new ElementHandleHoverOptions { Timeout = time, Force = true }).ConfigureAwait(false);
            await target.HoverAsync(new ElementHandleHoverOptions { Timeout = time, Force = true }).ConfigureAwait(false);
        }
        finally
        {
            await Page.Mouse.UpAsync().ConfigureAwait(false);
        }
    }

    // Playwright's timeouts are the driver's, on the system's clock; so is this one.
    private sealed class Deadline(TimeSpan length)
    {
        private readonly long _start = TimeProvider.System.GetTimestamp();

        public TimeSpan Left => length - TimeProvider.System.GetElapsedTime(_start) is { Ticks: > 0 } left ? left : TimeSpan.FromMilliseconds(1);

        public bool IsOver => TimeProvider.System.GetElapsedTime(_start) >= length;

        /// <summary>For the action itself, whose element is ready: long enough for it, and short enough to wait for its end.</summary>
        public TimeSpan ForAct => TimeSpan.FromTicks(Math.Clamp(Left.Ticks, ShortestAct.Ticks, LongestAct.Ticks));
    }
}
