namespace AgentOrchestration.Durability;

/// <summary>The kinds of records that are no events. Those of events are the events' own.</summary>
internal static class RecordKinds
{
    public static bool IsEvent(string kind) => kind is not (Read or Returned or Checkpoint or Step or Ending or ToolError or Plan or Goals or Output);

    /// <summary>A message was read in this step.</summary>
    public const string Read = "agent:read";

    /// <summary>A message that was read went back, since its reader was ending.</summary>
    public const string Returned = "agent:returned";

    public const string Checkpoint = "agent:checkpoint";

    /// <summary>The value of a step.</summary>
    public const string Step = "agent:step";

    /// <summary>It is decided how the agent ends, although its code has not ended.</summary>
    public const string Ending = "agent:ending";

    /// <summary>A tool threw; what it threw.</summary>
    public const string ToolError = "tool:error";

    /// <summary>The plan of a run. Without data: it holds code, so that the run cannot be resumed.</summary>
    public const string Plan = "run:plan";

    /// <summary>Goals that were added to a run.</summary>
    public const string Goals = "run:goals";

    /// <summary>What a run came to.</summary>
    public const string Output = "run:output";
}
