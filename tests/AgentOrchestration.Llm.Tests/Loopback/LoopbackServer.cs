using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using OpenAI;

namespace AgentOrchestration.Llm.Tests.Loopback;

/// <summary>A service on this machine that speaks the chat-completions wire format, for the official client. Only the model behind it is a script. Thread-safe.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<LoopbackRequest, LoopbackReply> _answer;
    private readonly List<LoopbackRequest> _requests = [];
    private readonly WebApplication _app;
    private int _present;
    private int _peak;
    private int _refused;

    private LoopbackServer(Func<LoopbackRequest, LoopbackReply> answer)
    {
        _answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").UseShutdownTimeout(TimeSpan.FromSeconds(1));
        _app = builder.Build();
        _app.MapPost("/v1/chat/completions", ServeAsync);
    }

    /// <summary>Requests that are served at once; beyond it the answer is 429. Null: no limit.</summary>
    public int? Limit { get; init; }

    /// <summary>What a request beyond the limit is told to wait.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The clock of delays.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Uri Endpoint => new(_app.Urls.Single() + "/v1");

    /// <summary>What was asked, refused requests included; a copy.</summary>
    public IReadOnlyList<LoopbackRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>The most requests that were served at once, and those refused because of the limit.</summary>
    public (int Peak, int Refused) Load
    {
        get
        {
            lock (_gate)
                return (_peak, _refused);
        }
    }

    /// <param name="answer">Gives the reply to a request; called for several at once.</param>
    /// <param name="limit">See <see cref="Limit"/>.</param>
    /// <param name="retryAfter">See <see cref="RetryAfter"/>.</param>
    /// <param name="time">See <see cref="Time"/>.</param>
    public static async Task<LoopbackServer> StartAsync(
        Func<LoopbackRequest, LoopbackReply> answer, int? limit = null, TimeSpan? retryAfter = null, TimeProvider? time = null)
    {
        var server = new LoopbackServer(answer) { Limit = limit, RetryAfter = retryAfter ?? TimeSpan.FromMilliseconds(20), Time = time ?? TimeProvider.System };
        await server._app.StartAsync();
        return server;
    }

    /// <summary>These replies one after another, then errors.</summary>
    public static Task<LoopbackServer> StartAsync(params LoopbackReply[] replies) => StartAsync(request =>
        request.Number <= replies.Length ? replies[request.Number - 1] : LoopbackReply.Error(500, "The script has no reply left."));

    /// <summary>The official client of the wire format, which passes every failure on instead of trying again by itself.</summary>
    public IChatClient Connect(string model = "scripted") => new OpenAIClient(
        new ApiKeyCredential("no-secret"), new OpenAIClientOptions { Endpoint = Endpoint, RetryPolicy = new ClientRetryPolicy(maxRetries: 0) }).GetChatClient(model).AsIChatClient();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body);
        LoopbackRequest request;
        bool isRefused;
        lock (_gate)
        {
            _requests.Add(request = new LoopbackRequest(_requests.Count + 1, body));
            isRefused = _present >= Limit;
            if (isRefused)
                _refused++;
            else
                _peak = Math.Max(_peak, ++_present);
        }

        var exchange = new LoopbackExchange(http, request, Time);
        if (isRefused)
        {
            await exchange.PlayAsync(LoopbackReply.Overloaded(RetryAfter), static () => { });
            return;
        }

        var isPresent = true;
        try
        {
            await exchange.PlayAsync(_answer(request), Leave);
        }
        finally
        {
            Leave();
        }

        // Before the client sees the end of the answer: its next request must not find this one still there.
        void Leave()
        {
            lock (_gate)
            {
                if (isPresent)
                    _present--;
                isPresent = false;
            }
        }
    }
}
