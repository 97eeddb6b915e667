using System.ClientModel;
using System.ClientModel.Primitives;
using AgentOrchestration;
using AgentOrchestration.Testing;
using Anthropic;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OllamaSharp;
using OpenAI;

namespace Snippets;

internal static class Routing
{
    public static async Task RunAsync()
    {
        await ChooseAsync();
        await UseAsync();
        Register();
    }

    private static async Task ChooseAsync()
    {
        IChatClient small = new ScriptedModel("""{"answer": "yes"}""");
        IChatClient large = new ScriptedModel("done");

        // snippet: routing-first
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddAgentOrchestration().AddLlm(llm => llm
            .AddClient("small", small, client => client.Purposes.UnionWith([LlmPurpose.Condition, LlmPurpose.Judge]))
            .AddClient("large", large, client =>
            {
                client.Purposes.UnionWith([LlmPurpose.Plan, LlmPurpose.Act, LlmPurpose.Merge]);
                client.Tags.Add("vision");
                client.Price = new ModelPrice(InputPerMillionTokens: 2.50m, OutputPerMillionTokens: 10m);
                client.MaxConcurrentCalls = 16;
            }));
        // end snippet

        using var host = builder.Build();
        var router = host.Services.GetRequiredService<ILlmRouter>();
        var chosen = new List<string>();
        foreach (var purpose in new[] { LlmPurpose.Judge, LlmPurpose.Act })
        {
            var client = await router.SelectClientAsync(new LlmRequest(purpose) { Routed = route => chosen.Add(route.Client) });
            await client.GetResponseAsync("x");
        }

        Check.That(chosen is ["small", "large"], "each purpose has its model");
    }

    private static async Task UseAsync()
    {
        IChatClient chatClient = new ScriptedModel("It is fine.");

        // snippet: routing-create
        await using var orchestrator = AgentOrchestrator.Create(o => o.UseLlm(llm => llm.AddClient("main", chatClient)));
        // end snippet

        var services = new ServiceCollection();
        services.AddAgentOrchestration().AddLlm(llm => llm.AddClient("main", chatClient)).AddAgent<Reviewer>("reviewer");
        await using var provider = services.BuildServiceProvider();
        var handle = await provider.GetRequiredService<IAgentOrchestrator>().SpawnAsync(new AgentGoal("src/Auth.cs") { Agent = "reviewer" });
        Check.That((await handle.Completion).Output?.Text == "It is fine.", "an agent written in C# can ask the router");
    }

    private static void Register()
    {
        var services = new ServiceCollection();
        var (openAIKey, azureKey, anthropicKey) = ("key", "key", "key");
        services.AddAgentOrchestration().AddLlm(llm =>
        {
            // snippet: routing-openai
            llm.AddClient("openai", _ => new OpenAIClient(
                    new ApiKeyCredential(openAIKey),
                    new OpenAIClientOptions { RetryPolicy = new ClientRetryPolicy(maxRetries: 0) })   // so that the router sees each 429
                .GetChatClient("gpt-5").AsIChatClient());
            // end snippet

            llm.AddClient("patient", _ => new OpenAIClient(new ApiKeyCredential(openAIKey), new OpenAIClientOptions { RetryPolicy = new NotWhenRefused() }).GetChatClient("gpt-5").AsIChatClient());

            // snippet: routing-azure
            llm.AddClient("azure", _ => new OpenAIClient(
                    new ApiKeyCredential(azureKey),
                    new OpenAIClientOptions { Endpoint = new Uri("https://RESOURCE.openai.azure.com/openai/v1/"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) })
                .GetChatClient("DEPLOYMENT").AsIChatClient());
            // end snippet

            // snippet: routing-anthropic
            llm.AddClient("anthropic", _ => new AnthropicClient { ApiKey = anthropicKey, MaxRetries = 0 }.AsIChatClient("claude-sonnet-4-5"));
            // end snippet

            // snippet: routing-ollama
            llm.AddClient("ollama", _ => new OllamaApiClient(new Uri("http://localhost:11434"), "qwen3"), client => client.MaxConcurrentCalls = 2);
            // end snippet

            // snippet: routing-compatible
            llm.AddClient("local", _ => new OpenAIClient(
                    new ApiKeyCredential("unused"),
                    new OpenAIClientOptions { Endpoint = new Uri("http://localhost:8000/v1") })
                .GetChatClient("MODEL").AsIChatClient());
            // end snippet

            IChatClient own = new ScriptedModel("x");

            // snippet: routing-classify
            llm.AddClient("own", own, client => client.Classify = failure => failure is ServiceBusyException busy
                ? new LlmFailure(LlmFailureKind.Throttled) { RetryAfter = busy.Until - TimeProvider.System.GetUtcNow() }
                : null);
            // end snippet
        });

        // Made, and not called.
        using var provider = services.BuildServiceProvider();
        Check.That(provider.GetService<ILlmRouter>() is not null, "every one of these is a chat client");
    }
}

// snippet: routing-use
internal sealed class Reviewer(ILlmRouter router) : IAgent
{
    public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
    {
        var request = new LlmRequest(LlmPurpose.Act) { AgentId = context.Id, RunId = context.RunId, Priority = context.Goal.Priority };
        var client = await router.SelectClientAsync(request, cancellationToken);
        var response = await client.GetResponseAsync($"Review {context.Goal.Description}.", cancellationToken: cancellationToken);
        return response.Text;
    }
}
// end snippet

// snippet: routing-retries
internal sealed class NotWhenRefused : ClientRetryPolicy
{
    protected override bool ShouldRetry(PipelineMessage message, Exception? exception) => message.Response?.Status is not (429 or 503) && base.ShouldRetry(message, exception);

    protected override ValueTask<bool> ShouldRetryAsync(PipelineMessage message, Exception? exception) => new(ShouldRetry(message, exception));
}
// end snippet

internal sealed class ServiceBusyException(DateTimeOffset until) : Exception("Busy.")
{
    public DateTimeOffset Until { get; } = until;
}
