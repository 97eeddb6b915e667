using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>What an agent and all its children have used, over all attempts; or what a run has.</summary>
public sealed record AgentUsage
{
    /// <summary>Nothing.</summary>
    public static AgentUsage None { get; } = new();

    /// <summary>Tokens that models read.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens that models wrote.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Calls of models.</summary>
    public int ModelCalls { get; init; }

    /// <summary>Calls of tools.</summary>
    public int ToolCalls { get; init; }

    /// <summary>Cost of the tokens of clients that have a price.</summary>
    public decimal Cost { get; init; }

    /// <summary>Time spent in calls, those at the same time added up.</summary>
    public TimeSpan CallTime { get; init; }

    /// <summary>Tokens read and written.</summary>
    [JsonIgnore]
    public long Tokens => InputTokens + OutputTokens;

    /// <summary>Both together.</summary>
    public static AgentUsage operator +(AgentUsage left, AgentUsage right) => Add(left, right);

    /// <summary>Both together.</summary>
    public static AgentUsage Add(AgentUsage left, AgentUsage right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new AgentUsage
        {
            InputTokens = left.InputTokens + right.InputTokens,
            OutputTokens = left.OutputTokens + right.OutputTokens,
            ModelCalls = left.ModelCalls + right.ModelCalls,
            ToolCalls = left.ToolCalls + right.ToolCalls,
            Cost = left.Cost + right.Cost,
            CallTime = left.CallTime + right.CallTime,
        };
    }
}
