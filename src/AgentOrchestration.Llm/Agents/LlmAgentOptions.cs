using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>What an LLM agent is told, what it may use, and how long it goes on. Read when the agent is registered.</summary>
public sealed class LlmAgentOptions
{
    /// <summary>Who the agent is and how it works, for the model. Default: null, nothing beyond what every LLM agent is told.</summary>
    public string? Instructions { get; set; }

    /// <summary>What it may call. <see cref="AgentTool"/> says what a tool needs: approval, resources, a cap; <see cref="ApprovalRequiredAIFunction"/> is understood too. Default: nothing.</summary>
    public IList<AIFunction> Tools { get; } = [];

    /// <summary>Makes further tools for one attempt, from its context, such as those of a workspace that the goal names. Default: none.</summary>
    public Func<AgentContext, IEnumerable<AIFunction>>? CreateTools { get; set; }

    /// <summary>What its models must be marked with: see <see cref="LlmRequest.Tags"/>. Default: nothing.</summary>
    public IList<string> ModelTags { get; } = [];

    /// <summary>Further options of its calls, such as the temperature; tools, tool mode, output limit and response format are the agent's own. Default: none.</summary>
    public ChatOptions? ChatOptions { get; set; }

    /// <summary>Tokens that the model may write in one call.</summary>
    /// <value>From 16. Default: 4,096.</value>
    [Range(16, int.MaxValue)]
    public int MaxOutputTokens { get; set; } = 4_096;

    /// <summary>Calls of the model while it works, over all corrections of one attempt. Before the last one it is told to finish.</summary>
    /// <value>From 1. Default: 50.</value>
    [Range(1, int.MaxValue)]
    public int MaxTurns { get; set; } = 50;

    /// <summary>Steps of the plan that it makes first; progress is the share of them that is done. 0 makes none.</summary>
    /// <value>From 0 to 50. Default: 8.</value>
    [Range(0, 50)]
    public int MaxPlanSteps { get; set; } = 8;

    /// <summary>How often it corrects itself after success criteria were judged as not met.</summary>
    /// <value>From 0. Default: 2.</value>
    [Range(0, int.MaxValue)]
    public int MaxCorrections { get; set; } = 2;

    /// <summary>Tokens, estimated, that a conversation may have before <see cref="Reducer"/> shortens it.</summary>
    /// <value>From 256. Default: 100,000.</value>
    [Range(256, int.MaxValue)]
    public int MaxContextTokens { get; set; } = 100_000;

    /// <summary>
    /// Shortens a conversation that has grown too long. Whatever it leaves out, the instructions and the goal stay in front. Default: null, which leaves out the oldest turns, each tool call together
    /// with its result.
    /// </summary>
    public IChatReducer? Reducer { get; set; }

    /// <summary>Characters of a tool's result that the model is given; what is cut is marked. <see cref="AgentTool.MaxResultCharacters"/> goes before it.</summary>
    /// <value>From 1. Default: 50,000.</value>
    [Range(1, int.MaxValue)]
    public int MaxToolResultCharacters { get; set; } = 50_000;

    /// <summary>Whether the model is told the messages of exceptions that tools throw. They may hold what is not for it. Default: false, it is told only that the tool failed.</summary>
    public bool ShowToolErrors { get; set; }

    /// <summary>Whether it learns: lessons of earlier runs are offered before a run, and short ones are kept after it, in the knowledge base under the tag <c>lesson</c>. Default: false.</summary>
    public bool EnableLearning { get; set; }

    /// <summary>Lessons that are kept for one agent name; the oldest go first.</summary>
    /// <value>From 1. Default: 100.</value>
    [Range(1, int.MaxValue)]
    public int MaxLessons { get; set; } = 100;
}
