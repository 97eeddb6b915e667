using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>One attempt at a goal: plan, work with tools, check each criterion, correct, stop.</summary>
internal sealed class LlmAttempt : IDisposable
{
    private readonly AgentContext _context;
    private readonly LlmAgentOptions _options;
    private readonly ModelCalls _calls;
    private readonly HardStop _stop;
    private readonly Lessons? _lessons;

    public LlmAttempt(AgentContext context, LlmAgentOptions options)
    {
        _context = context;
        _options = options;
        _calls = new ModelCalls(context, [.. options.ModelTags]);
        _stop = new HardStop(context);
        _lessons = options.EnableLearning ? new Lessons(context, _calls, options.MaxLessons) : null;
    }

    private CancellationToken Token => _context.CancellationToken;

    public async Task<AgentOutput> RunAsync()
    {
        var head = await MakeHeadAsync().ConfigureAwait(false);
        var tools = MakeTools();
        var plan = await MakePlanAsync(head).ConfigureAwait(false);
        if (plan is not null)
        {
            head.Add(new ChatMessage(ChatRole.User, Prompts.Planned(plan.Steps)));
            tools.Add(plan.CreateTool());
        }

        ThrowIfAmbiguous(tools);
        var conversation = new Conversation(head, _options.MaxContextTokens, _options.Reducer ?? new OldestTurnsReducer(_options.MaxContextTokens / 2));
        using var turns = new TurnClient(_context, _options, _calls, conversation, _stop);
        turns.SetTools(tools);
        using var loop = new ToolLoop(turns, _context, _stop, _options);
        var session = new Session(conversation, turns, loop, MakeOptions(tools));

        var output = await AnswerAsync(session, correction: null).ConfigureAwait(false);
        var unmet = await JudgeAsync(output).ConfigureAwait(false);
        for (var correction = 0; unmet.Count > 0 && correction < _options.MaxCorrections && !turns.IsLast; correction++)
        {
            _context.Report("correcting");
            output = await AnswerAsync(session, new ChatMessage(ChatRole.User, Prompts.Correct(unmet))).ConfigureAwait(false);
            unmet = await JudgeAsync(output).ConfigureAwait(false);
        }

        if (_lessons is not null)
        {
            await _lessons.LearnAsync(conversation.Messages, unmet.Count == 0, Token).ConfigureAwait(false);
        }

        return output;
    }

    public void Dispose() => _stop.Dispose();

    // What is never left out of the conversation.
    private async Task<List<ChatMessage>> MakeHeadAsync()
    {
        var lessons = _lessons is null ? [] : await _lessons.RecallAsync(Token).ConfigureAwait(false);
        var instructions = string.IsNullOrWhiteSpace(_options.Instructions) ? Prompts.Rules : $"{_options.Instructions}\n\n{Prompts.Rules}";
        return
        [
            new ChatMessage(ChatRole.System, instructions),
            new ChatMessage(ChatRole.User, [new TextContent(Prompts.Goal(_context, lessons)), .. _context.Goal.Attachments]),
        ];
    }

    private async Task<AgentPlan?> MakePlanAsync(IReadOnlyList<ChatMessage> head)
    {
        if (_options.MaxPlanSteps == 0)
        {
            return null;
        }

        _context.Report("planning");
        return await AgentPlan.MakeAsync(_calls, head, _options.MaxPlanSteps, Token).ConfigureAwait(false);
    }

    private List<AITool> MakeTools()
    {
        var tools = new List<AITool>();
        foreach (var tool in _options.Tools.Concat(_options.CreateTools?.Invoke(_context) ?? []))
        {
            tools.Add(tool.GetService<ApprovalRequiredAIFunction>() is null ? tool : new HiddenApproval(tool));
        }

        if (_context.Workers.Count > 0)
        {
            tools.AddRange(new SupervisorTools(_context.Workers).Create());
        }

        return tools;
    }

    private static void ThrowIfAmbiguous(IEnumerable<AITool> tools)
    {
        if (tools.GroupBy(static tool => tool.Name, StringComparer.Ordinal).FirstOrDefault(static same => same.Skip(1).Any()) is { } twice)
        {
            throw new InvalidOperationException($"Two tools of the agent are named '{twice.Key}': the model could not tell them apart. Names of the agent's own tools are taken: complete_step, delegate, wait_for_workers, cancel_worker.");
        }
    }

    private ChatOptions MakeOptions(List<AITool> tools)
    {
        var options = _options.ChatOptions?.Clone() ?? new ChatOptions();
        options.Tools = tools.Count > 0 ? tools : null;
        options.AllowMultipleToolCalls ??= tools.Count > 0 ? true : null;
        options.MaxOutputTokens = _options.MaxOutputTokens;
        options.ResponseFormat = _context.Goal.OutputSchema is { } schema ? ChatResponseFormat.ForJsonSchema(schema, "result") : null;
        return options;
    }

    // One final answer: of the schema, if there is one, which the model may correct too.
    private async Task<AgentOutput> AnswerAsync(Session session, ChatMessage? correction)
    {
        for (var malformed = 0; ; malformed++)
        {
            var text = await LoopAsync(session, correction).ConfigureAwait(false);
            if (_context.Goal.OutputSchema is not { } schema)
            {
                return new AgentOutput(text);
            }

            var data = JsonAnswer.ParseAll(text);
            var fault = data is null ? "it is not JSON." : ArgumentCheck.FindFault(schema, data.Value);
            if (fault is null)
            {
                return new AgentOutput(text) { Data = data };
            }

            if (malformed >= _options.MaxCorrections || session.Turns.IsLast)
            {
                throw new AgentFailureException("malformed_output", "The model's answer does not match the goal's OutputSchema, though it was told so.");
            }

            correction = new ChatMessage(ChatRole.User, Prompts.NotOfSchema + fault);
        }
    }

    private async Task<string> LoopAsync(Session session, ChatMessage? message)
    {
        session.Conversation.BeginRequest();
        ChatResponse response;
        try
        {
            response = await session.Loop.GetStreamingResponseAsync(message is null ? [] : [message], session.Options, _stop.Token).ToChatResponseAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // What stopped the loop says more than what the loop made of it.
            _stop.ThrowIfKept();
            throw;
        }

        _stop.ThrowIfKept();
        var last = response.Messages.LastOrDefault(static message => message.Role == ChatRole.Assistant);
        if (last is not null)
        {
            session.Conversation.Add(last);
        }

        return last?.Text ?? "";
    }

    private async Task<IReadOnlyList<CriterionResult>> JudgeAsync(AgentOutput output)
    {
        var criteria = _context.Goal.SuccessCriteria;
        if (criteria.Count == 0)
        {
            return [];
        }

        _context.Report("checking the criteria");
        var judge = new CriterionJudge(_calls);
        var unmet = new List<CriterionResult>();
        for (var i = 0; i < criteria.Count; i++)
        {
            var result = await judge.JudgeAsync(_context.Goal, criteria[i], output, Token).ConfigureAwait(false);
            _context.ReportCriterion(i, result.Verdict, result.Reason);
            if (result.Verdict != CriterionVerdict.Met)
            {
                unmet.Add(result);
            }
        }

        return unmet;
    }

    private sealed record Session(Conversation Conversation, TurnClient Turns, ToolLoop Loop, ChatOptions Options);
}
