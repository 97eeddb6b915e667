using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>Where a lesson comes from: the data of its entry.</summary>
internal sealed record LessonOrigin(string Agent, string AgentId, string? RunId, bool Succeeded, DateTimeOffset LearnedAt);

/// <summary>
/// Lessons of earlier runs: entries of the knowledge base with the tags <c>lesson</c> and <c>agent:</c> with the agent's name, so that hosts can list and remove them like any other. Bounded for each
/// agent name.
/// </summary>
internal sealed class Lessons(AgentContext context, ModelCalls calls, int maxLessons)
{
    private const string Tag = "lesson";
    private const int MaxOffered = 3;
    private const int MaxLearned = 3;
    private const int MaxCharacters = 300;
    private const int MaxOutputTokens = 500;

    private readonly string _agent = context.Goal.Agent ?? AgentOrchestrationOptions.DefaultAgentName;

    private KnowledgeFilter Own => new() { Tags = [Tag, $"agent:{_agent}"] };

    /// <summary>The lessons that fit the goal best.</summary>
    public ValueTask<IReadOnlyList<KnowledgeMatch>> RecallAsync(CancellationToken cancellationToken) =>
        context.Knowledge.SearchAsync(context.Goal.Description, Own, MaxOffered, cancellationToken);

    /// <summary>Asks what is to be learned from the work, and keeps it. What goes wrong here is said in a progress report, and harms no result.</summary>
    public async Task LearnAsync(IReadOnlyList<ChatMessage> conversation, bool succeeded, CancellationToken cancellationToken)
    {
        try
        {
            var lessons = await JsonAnswer.AskAsync(
                calls,
                LlmPurpose.Merge,
                [.. conversation, new ChatMessage(ChatRole.User, Prompts.Lessons)],
                MaxOutputTokens,
                static answer => JsonAnswer.ReadList(answer, "lessons", MaxLearned, MaxCharacters),
                cancellationToken).ConfigureAwait(false);
            foreach (var lesson in lessons ?? [])
            {
                await KeepAsync(lesson, succeeded, cancellationToken).ConfigureAwait(false);
            }

            await ForgetOldestAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The result is there and counts, whatever became of the lessons.
            context.Report($"no lessons were kept: {exception.GetType().Name}");
        }
    }

    private async Task KeepAsync(string lesson, bool succeeded, CancellationToken cancellationToken)
    {
        var origin = new LessonOrigin(_agent, context.Id.ToString(), context.RunId?.ToString(), succeeded, context.Time.GetUtcNow());
        var key = $"lesson:{_agent}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lesson)).AsSpan(0, 8))}";
        await context.Knowledge.TryWriteAsync(
            new KnowledgeDraft(key, lesson) { Tags = Own.Tags, Data = JsonSerializer.SerializeToElement(origin, LlmJsonContext.Default.LessonOrigin) },
            ExpectedVersion.Any,
            cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private async Task ForgetOldestAsync(CancellationToken cancellationToken)
    {
        var kept = await context.Knowledge.ListAsync(Own, cancellationToken).ConfigureAwait(false);
        foreach (var oldest in kept.OrderBy(static entry => entry.UpdatedAt).Take(kept.Count - maxLessons))
        {
            await context.Knowledge.TryRemoveAsync(oldest.Key, ExpectedVersion.Of(oldest.Version), cancellationToken).ConfigureAwait(false);
        }
    }
}
