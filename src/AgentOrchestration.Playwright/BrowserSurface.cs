using System.Globalization;
using Microsoft.Playwright;

namespace AgentOrchestration.Playwright;

/// <summary>One page, with the nodes that were identified on it and what came up while somebody used it.</summary>
internal sealed class BrowserSurface
{
    // Who names more nodes than this at a time is told that the first ones are gone, and names them again.
    private const int MaxNodes = 1_000;

    // One name for one node, however it was found: kept by the page itself, under a symbol of ours.
    private const string NameOfNode = """
        node => {
            const key = Symbol.for('agent-orchestration.nodes');
            const names = globalThis[key] ??= { of: new WeakMap(), next: 0, page: Math.random().toString(36).slice(2) };
            let name = names.of.get(node);
            if (name === undefined) names.of.set(node, name = `${names.page}-${++names.next}`);
            return name;
        }
        """;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, IElementHandle> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];
    private readonly List<string> _dialogs = [];
    private readonly List<string> _opened = [];
    private readonly List<string> _downloads = [];
    private readonly PlaywrightOptions _options;
    private int _popups;

    public BrowserSurface(string name, string context, IPage page, PlaywrightOptions options, Func<BrowserSurface, IPage, string, string?> adopt)
    {
        (Name, Context, Page, _options) = (name, context, page, options);
        page.Crash += (_, _) => HasCrashed = true;
        page.Dialog += (_, dialog) => _ = AnswerAsync(dialog);
        page.Download += (_, download) => _ = KeepAsync(download);
        page.FrameNavigated += (_, frame) => Forget(frame);
        page.Popup += (_, popup) =>
        {
            if (adopt(this, popup, string.Create(CultureInfo.InvariantCulture, $"{name}/popup-{Interlocked.Increment(ref _popups)}")) is { } opened)
            {
                Add(_opened, opened);
            }
        };
    }

    public string Name { get; }

    public string Context { get; }

    public IPage Page { get; }

    /// <summary>Whose turn it is to use mouse and keyboard, of which a page has one each: locks of elements keep agents apart, this keeps their single actions apart.</summary>
    public SemaphoreSlim Input { get; } = new(1, 1);

    /// <summary>Whether the page, or its browser, is gone.</summary>
    public bool HasCrashed
    {
        get => field || Page.Context.Browser is { IsConnected: false };
        private set;
    }

    public bool IsOpen => !HasCrashed && !Page.IsClosed;

    /// <summary>The node behind a name that <see cref="NameAsync"/> gave; null if it is gone, or was never there.</summary>
    public IElementHandle? Find(string node)
    {
        lock (_gate)
        {
            return _nodes.GetValueOrDefault(node);
        }
    }

    /// <summary>The node's one name.</summary>
    public async Task<string> NameAsync(IElementHandle node)
    {
        var name = await node.EvaluateAsync<string>(NameOfNode).ConfigureAwait(false);
        bool isSpare;
        lock (_gate)
        {
            isSpare = _nodes.TryGetValue(name, out var known) && known != node;
            if (_nodes.TryAdd(name, node))
            {
                _order.Enqueue(name);
                if (_order.Count > MaxNodes)
                {
                    _nodes.Remove(_order.Dequeue());
                }
            }
        }

        if (isSpare)
        {
            // Each look makes a handle of its own, which the browser would keep until the page is left.
            await node.DisposeAsync().ConfigureAwait(false);
        }

        return name;
    }

    /// <summary>What came up since the last time.</summary>
    public UiActionResult Collect()
    {
        lock (_gate)
        {
            var result = new UiActionResult { Address = Page.Url, OpenedSurfaces = [.. _opened], Dialogs = [.. _dialogs], Downloads = [.. _downloads] };
            _opened.Clear();
            _dialogs.Clear();
            _downloads.Clear();
            return result;
        }
    }

    public async Task CloseAsync()
    {
        try
        {
            await Page.CloseAsync().ConfigureAwait(false);
        }
        catch (PlaywrightException)
        {
            // It, or its browser, is closed already.
        }
    }

    private void Add(List<string> list, string value)
    {
        lock (_gate)
        {
            list.Add(value);
        }
    }

    // Nodes of a page that was left cannot be used any more; those of other frames can.
    private void Forget(IFrame frame)
    {
        if (frame == Page.MainFrame)
        {
            lock (_gate)
            {
                _nodes.Clear();
                _order.Clear();
            }
        }
    }

    private async Task AnswerAsync(IDialog dialog)
    {
        Add(_dialogs, dialog.Message);
        try
        {
            await (_options.AcceptDialogs ? dialog.AcceptAsync() : dialog.DismissAsync()).ConfigureAwait(false);
        }
        catch (PlaywrightException)
        {
            // The page was closed with its dialog.
        }
    }

    private async Task KeepAsync(IDownload download)
    {
        try
        {
            if (_options.DownloadFolder is not { } folder)
            {
                await download.CancelAsync().ConfigureAwait(false);
                return;
            }

            // The name is the page's: only its last part, and behind one of ours.
            var path = Path.Combine(folder, $"{Guid.NewGuid():n}-{Path.GetFileName(download.SuggestedFilename)}");
            await download.SaveAsAsync(path).ConfigureAwait(false);
            if (new FileInfo(path).Length > _options.MaxDownloadBytes)
            {
                File.Delete(path);
                return;
            }

            Add(_downloads, path);
        }
        catch (Exception exception) when (exception is PlaywrightException or IOException or UnauthorizedAccessException)
        {
            // It failed, was cancelled, or cannot be kept: then there is none.
        }
    }
}
