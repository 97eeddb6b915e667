using AgentOrchestration.Llm.Tests.Testing;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Agents;

[Collection(SimulatedTimeCollection.Name)]
public sealed class LessonTests
{
    [Fact]
    public async Task Lessons_AreKeptWithTheirOrigin_AndOfferedToTheNextRun()
    {
        var model = new ScriptedModel(static (messages, _) => IsAsked(messages) ? """{"lessons": ["Read the login tests first."]}""" : "done");
        await using var world = new LlmWorld(model);

        var first = await world.RunAsync("Review the login", static options => options.EnableLearning = true);
        await world.RunAsync("Review the login again", static options => options.EnableLearning = true);

        var lesson = Assert.Single(await world.Orchestrator.Knowledge.ListAsync(new KnowledgeFilter { Tags = ["lesson", "agent:default"] }));
        Assert.Equal("Read the login tests first.", lesson.Text);
        var data = lesson.Data!.Value;
        Assert.Equal(("default", true), (data.GetProperty("Agent").GetString(), data.GetProperty("Succeeded").GetBoolean()));
        Assert.DoesNotContain("Read the login tests", model.Calls[0].Messages[1].Text, StringComparison.Ordinal);
        Assert.Contains("- Read the login tests first.", model.Calls[2].Messages[1].Text, StringComparison.Ordinal);
        Assert.Equal(AgentState.Completed, first.State);
    }

    [Fact]
    public async Task Lessons_AreBounded_AndTheOldestGoFirst()
    {
        var number = 0;
        var model = new ScriptedModel((messages, _) => IsAsked(messages) ? $$"""{"lessons": ["lesson {{number++}}"]}""" : "done");
        await using var world = new LlmWorld(model);

        for (var i = 0; i < 4; i++)
        {
            await world.RunAsync("x", static options =>
            {
                options.EnableLearning = true;
                options.MaxLessons = 2;
            });
            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var kept = await world.Orchestrator.Knowledge.ListAsync(new KnowledgeFilter { Tags = ["lesson"] });
        Assert.Equal(["lesson 2", "lesson 3"], kept.Select(static entry => entry.Text).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("none that I can think of")]
    [InlineData("""{"lessons": []}""")]
    [InlineData(null)]
    public async Task WhatGoesWrongWithLessons_HarmsNoResult(string? answer)
    {
        var model = new ScriptedModel((messages, _) => !IsAsked(messages) ? "done" : answer is null ? throw new HttpRequestException("down") : answer);
        await using var world = new LlmWorld(model);

        var result = await world.RunAsync("x", static options => options.EnableLearning = true);

        Assert.Equal((AgentState.Completed, "done"), (result.State, result.Output!.Text));
        Assert.Empty(await world.Orchestrator.Knowledge.ListAsync());
        Assert.Equal(answer is null, world.Of<AgentProgressed>().Any(static e => e.Step == "no lessons were kept: HttpRequestException"));
    }

    [Fact]
    public async Task WithoutLearning_NothingIsAsked_AndNothingKept()
    {
        var model = new ScriptedModel("done");
        await using var world = new LlmWorld(model);

        await world.RunAsync("x");

        Assert.Single(model.Calls);
        Assert.Empty(await world.Orchestrator.Knowledge.ListAsync());
    }

    private static bool IsAsked(IReadOnlyList<ChatMessage> messages) => messages[^1].Text.StartsWith("Look back", StringComparison.Ordinal);
}
