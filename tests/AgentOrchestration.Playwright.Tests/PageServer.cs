using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace AgentOrchestration.Playwright.Tests;

/// <summary>Pages on loopback, each at its own path.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, string> _pages = new(StringComparer.Ordinal);
    private readonly Task _serving;

    public PageServer()
    {
        // The system gives a free port; whoever takes it in between makes the start fail, and another one is tried.
        for (var tries = 0; ; tries++)
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            Root = new Uri($"http://127.0.0.1:{port}/");
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(Root.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (tries < 10)
            {
            }
        }

        _serving = ServeAsync();
    }

    public Uri Root { get; }

    public Uri Add(string path, string html)
    {
        _pages[path] = html;
        return new Uri(Root, path);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        var found = _pages.TryGetValue(path, out var html);
        try
        {
            context.Response.StatusCode = found ? 200 : 404;
            context.Response.ContentType = path.EndsWith(".bin", StringComparison.Ordinal) ? "application/octet-stream" : "text/html; charset=utf-8";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(html ?? "not found"));
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The browser has gone.
        }
    }
}
