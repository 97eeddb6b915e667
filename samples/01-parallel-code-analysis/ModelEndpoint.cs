using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace ParallelCodeAnalysis;

/// <summary>A model behind an endpoint that speaks the chat-completions format of OpenAI, as most services and local servers do.</summary>
/// <param name="Endpoint">Where it is.</param>
/// <param name="Model">Its name there.</param>
/// <param name="Key">The key; null where none is needed.</param>
internal sealed record ModelEndpoint(Uri Endpoint, string Model, string? Key)
{
    /// <summary>From the options or, where they are not given, the usual environment variables; null if neither names an endpoint or a model.</summary>
    public static ModelEndpoint? From(string? endpoint, string? model, out string? error)
    {
        error = null;
        if (endpoint is null && model is null) return null;

        endpoint ??= Environment.GetEnvironmentVariable("OPENAI_BASE_URL") ?? "https://api.openai.com/v1";
        model ??= Environment.GetEnvironmentVariable("OPENAI_MODEL");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) error = $"'{endpoint}' is no endpoint; give a URL such as http://localhost:11434/v1.";
        else if (string.IsNullOrWhiteSpace(model)) error = "Which model? Say --model NAME, or set OPENAI_MODEL.";
        return error is null ? new ModelEndpoint(uri!, model!, Environment.GetEnvironmentVariable("OPENAI_API_KEY")) : null;
    }

    /// <summary>A client for it. It tries nothing twice by itself: that is the router's.</summary>
    public IChatClient Connect() => new OpenAIClient(
        new ApiKeyCredential(Key ?? "none"),
        new OpenAIClientOptions { Endpoint = Endpoint, RetryPolicy = new ClientRetryPolicy(maxRetries: 0) }).GetChatClient(Model).AsIChatClient();

    /// <summary>Without the key.</summary>
    public override string ToString() => $"{Model} at {Endpoint}";
}
