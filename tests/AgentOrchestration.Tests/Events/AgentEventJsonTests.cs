using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Events;

namespace AgentOrchestration.Tests.Events;

public sealed class AgentEventJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly AgentId Id = new(0xabc, 7);

    private static readonly Type[] Cases = [.. typeof(AgentEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(AgentEvent)))];

    public static TheoryData<string> Kinds => [.. EventSamples.All.Select(e => e.EventKind)];

    [Fact]
    public void Hierarchy_IsClosed()
    {
        Assert.All(Cases, type => Assert.True(type.IsSealed && type.IsPublic));
        Assert.Contains(
            typeof(AgentEvent).GetMembers(BindingFlags.Instance | BindingFlags.NonPublic).OfType<MethodInfo>(),
            method => method is { IsAbstract: true, IsFamilyAndAssembly: true });
    }

    [Fact]
    public void Samples_HoldEveryCaseOnce() =>
        Assert.Equal(Cases.Select(type => type.Name).Order(StringComparer.Ordinal), EventSamples.All.Select(e => e.GetType().Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Kinds_AreTheDiscriminators()
    {
        Assert.Equal(EventSamples.All.Select(e => e.EventKind), EventKinds.All);
        Assert.All(EventKinds.All, kind => Assert.Matches("^(agent|agents|approval|run|lock|deadlock|events|model|tool|automation):[a-z]+$", kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryCase_RoundTrips(string kind)
    {
        var e = EventSamples.All.Single(sample => sample.EventKind == kind);

        var json = JsonSerializer.Serialize(e, AgentEventJson.TypeInfo);
        var back = JsonSerializer.Deserialize(json, AgentEventJson.TypeInfo)!;

        Assert.Equal(e.GetType(), back.GetType());
        Assert.Equal(json, JsonSerializer.Serialize(back, AgentEventJson.TypeInfo));
        Assert.Equal((e.Sequence, e.Timestamp, e.AgentId, e.RunId, e.ParentId), (back.Sequence, back.Timestamp, back.AgentId, back.RunId, back.ParentId));
        Assert.StartsWith($$"""{"type":"{{kind}}","sequence":{{e.Sequence}},"timestamp":"2026-01-02T03:04:05.678+00:00",""", json, StringComparison.Ordinal);
        AssertSnakeCase(JsonNode.Parse(json)!);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryCase_WritesAllItsMembers(string kind)
    {
        var e = EventSamples.All.Single(sample => sample.EventKind == kind);
        var members = e.GetType().GetProperties()
            .Where(member => member.Name is not (nameof(AgentEvent.EventKind) or nameof(AgentEvent.IsTerminal)) && member.GetValue(e) is not null)
            .Select(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name));

        var json = JsonSerializer.SerializeToNode(e, AgentEventJson.TypeInfo)!.AsObject();

        Assert.Equal([.. members.Append("type").Order(StringComparer.Ordinal)], json.Select(member => member.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Everything_ComesFromSourceGeneration()
    {
        var types = Cases.Append(typeof(AgentEvent)).Append(typeof(AgentResult)).Append(typeof(GoalJson)).Append(typeof(OutputJson));

        Assert.All(types, type => Assert.IsType<EventJsonContext>(AgentEventJson.TypeInfo.Options.GetTypeInfo(type).OriginatingResolver));
    }

    [Theory]
    [InlineData(typeof(AgentGoal), typeof(GoalJson))]
    [InlineData(typeof(AgentRetryPolicy), typeof(RetryJson))]
    [InlineData(typeof(AgentOutput), typeof(OutputJson))]
    public void WrittenForm_HasEveryMember(Type type, Type written) =>
        Assert.Equal(Names(type), Names(written));

    [Fact]
    public void Spawned_IsWrittenAsPromised() => AssertJson(
        new AgentSpawned(1, At, new AgentGoal("Tidy up") { Priority = AgentPriority.High }, "tidy") { AgentId = Id },
        """
        {
          "type": "agent:spawned", "sequence": 1, "timestamp": "2026-01-02T03:04:05+00:00", "agent_id": "agent_0000000000000abc_7",
          "goal": {
            "description": "Tidy up", "priority": "high", "success_criteria": [], "attachments": [], "timeouts": {},
            "retry": { "max_attempts": 1, "initial_delay": "00:00:01", "backoff_factor": 2, "max_delay": "00:00:30", "jitter": 0.2, "retry_detached": false }, "resources": [],
            "depends_on": [], "tags": {}
          },
          "name": "tidy", "is_restored": false
        }
        """);

    [Fact]
    public void Progress_IsWrittenAsPromised() => AssertJson(
        new AgentProgressed(2, At, "sweeping", 40) { AgentId = Id, RunId = new RunId(0xabc, 1), ParentId = new AgentId(0xabc, 1) },
        """
        {
          "type": "agent:progress", "sequence": 2, "timestamp": "2026-01-02T03:04:05+00:00",
          "agent_id": "agent_0000000000000abc_7", "run_id": "run_0000000000000abc_1", "parent_id": "agent_0000000000000abc_1",
          "step": "sweeping", "percent": 40
        }
        """);

    [Fact]
    public void Completed_IsWrittenAsPromised() => AssertJson(
        new AgentCompleted(3, At, Result(AgentState.Completed) with { Output = "clean", Criteria = [new CriterionResult("No dust", CriterionVerdict.NotMet)] }) { AgentId = Id },
        $$"""
        {
          "type": "agent:completed", "sequence": 3, "timestamp": "2026-01-02T03:04:05+00:00", "agent_id": "agent_0000000000000abc_7",
          "result": {
            "id": "agent_0000000000000abc_7", "goal": {{Goal}}, "state": "completed", "output": { "text": "clean", "contents": [] },
            "criteria": [ { "criterion": "No dust", "verdict": "not_met" } ], "duration": "00:00:05", "attempts": 1,
            "usage": { "input_tokens": 0, "output_tokens": 0, "model_calls": 0, "tool_calls": 0, "cost": 0, "call_time": "00:00:00" }, "detached": false
          }
        }
        """);

    [Fact]
    public void Failed_IsWrittenAsPromised()
    {
        var error = new AgentError(AgentErrorCodes.AgentFailed, "Broom broke.") { Exception = new InvalidOperationException("secret") };
        AssertJson(
            new AgentFailed(4, At, error, Result(AgentState.Failed) with { Error = error }) { AgentId = Id },
            $$"""
            {
              "type": "agent:failed", "sequence": 4, "timestamp": "2026-01-02T03:04:05+00:00", "agent_id": "agent_0000000000000abc_7",
              "error": { "code": "agent_failed", "message": "Broom broke." },
              "result": {
                "id": "agent_0000000000000abc_7", "goal": {{Goal}}, "state": "failed", "error": { "code": "agent_failed", "message": "Broom broke." },
                "criteria": [], "duration": "00:00:05", "attempts": 1,
            "usage": { "input_tokens": 0, "output_tokens": 0, "model_calls": 0, "tool_calls": 0, "cost": 0, "call_time": "00:00:00" }, "detached": false
              }
            }
            """);
    }

    [Fact]
    public void Cancelled_IsWrittenAsPromised() => AssertJson(
        new AgentCancelled(5, At, "no need", Result(AgentState.Cancelled) with { CancelReason = "no need" }) { AgentId = Id },
        $$"""
        {
          "type": "agent:cancelled", "sequence": 5, "timestamp": "2026-01-02T03:04:05+00:00", "agent_id": "agent_0000000000000abc_7", "reason": "no need",
          "result": {
            "id": "agent_0000000000000abc_7", "goal": {{Goal}}, "state": "cancelled", "cancel_reason": "no need",
            "criteria": [], "duration": "00:00:05", "attempts": 1,
            "usage": { "input_tokens": 0, "output_tokens": 0, "model_calls": 0, "tool_calls": 0, "cost": 0, "call_time": "00:00:00" }, "detached": false
          }
        }
        """);

    [Fact]
    public void MissingMembers_HaveTheirDefaults_AndUnknownOnesAreIgnored()
    {
        const string Json = """
            {
              "sequence": 1, "timestamp": "2026-01-02T03:04:05+00:00", "news": [1],
              "result": {
                "id": "agent_0000000000000abc_7", "state": "completed", "output": { "text": "done" },
                "goal": { "description": "Tidy up", "retry": { "max_attempts": 3 }, "news": {} }
              },
              "type": "agent:completed"
            }
            """;

        var result = Assert.IsType<AgentCompleted>(JsonSerializer.Deserialize(Json, AgentEventJson.TypeInfo)).Result;

        var expected = new AgentGoal("Tidy up") { Retry = new AgentRetryPolicy { MaxAttempts = 3 } };
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(result.Goal));
        Assert.Empty(result.Output!.Contents);
        Assert.Empty(result.Criteria);
    }

    [Theory]
    [InlineData("""{"type":"agent:exploded","sequence":1,"timestamp":"2026-01-02T03:04:05+00:00"}""")]
    [InlineData("""{"type":"agent:started","sequence":1,"timestamp":"2026-01-02T03:04:05+00:00","attempt":1,"agent_id":"agent_7"}""")]
    [InlineData("""{"type":"agent:started","sequence":1,"timestamp":"2026-01-02T03:04:05+00:00","attempt":1,"agent_id":7}""")]
    [InlineData("""{"type":"agent:resumed","sequence":1,"timestamp":"2026-01-02T03:04:05+00:00","state":2}""")]
    [InlineData("""{"type":"agent:spawned","sequence":1,"timestamp":"2026-01-02T03:04:05+00:00","goal":{},"name":"x"}""")]
    [InlineData("""{"type":"agent:spawned","sequence":1,"timestamp":"2026-01-02T03:04:05+00:00","goal":null,"name":"x"}""")]
    [InlineData("""{"type":"agent:spawned","sequence":1,"timestamp":"2026-01-02T03:04:05+00:00","goal":{"description":"x","tags":null},"name":"x"}""")]
    public void WhatIsNotAnEvent_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, AgentEventJson.TypeInfo));

    [Fact]
    public void Ids_AreKeysOfDictionariesToo()
    {
        var json = JsonSerializer.Serialize(new Dictionary<AgentId, int> { [Id] = 1 });

        Assert.Equal("""{"agent_0000000000000abc_7":1}""", json);
        Assert.Equal(1, JsonSerializer.Deserialize<Dictionary<AgentId, int>>(json)![Id]);
    }

    private static string Goal => JsonSerializer.Serialize(new AgentGoal("Tidy up"));

    private static AgentResult Result(AgentState state) => new() { Id = Id, Goal = "Tidy up", State = state, Duration = TimeSpan.FromSeconds(5), Attempts = 1 };

    private static IEnumerable<string> Names(Type type) => type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(member => member.Name).Order(StringComparer.Ordinal);

    private static void AssertJson(AgentEvent e, string expected) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonSerializer.SerializeToNode(e, AgentEventJson.TypeInfo)!.ToJsonString());

    // What the host and its agents name themselves is theirs.
    private static void AssertSnakeCase(JsonNode node)
    {
        foreach (var (name, value) in node as JsonObject ?? [])
        {
            Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(name.TrimStart('$')), name.TrimStart('$'));
            if (value is not null && name is not ("tags" or "data" or "arguments"))
            {
                AssertSnakeCase(value);
            }
        }

        foreach (var item in node as JsonArray ?? [])
        {
            AssertSnakeCase(item!);
        }
    }
}
