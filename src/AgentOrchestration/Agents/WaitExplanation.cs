namespace AgentOrchestration;

/// <summary>Why an agent is not running, followed to the end.</summary>
/// <param name="Links">
/// The agent asked about first, then whoever it waits for, and so on; the last one runs, has ended, waits for nobody in particular (a slot, the host), or stands earlier
/// in the chain.
/// </param>
public sealed record WaitExplanation(IReadOnlyList<WaitLink> Links)
{
    /// <summary>The chain in words, such as <c>refactor: 12 s for named:report, held by tests, which waits 3 s for a message</c>.</summary>
    public override string ToString()
    {
        var first = Links[0];
        var text = first.Wait is null ? $"{first.Name} is {Words.Of(first.State)}" : $"{first.Name}: {Words.Of(first.Wait, first.Waited)}";
        foreach (var link in Links.Skip(1))
        {
            text += $", {Words.Relation(link)} {link.Name}, which {(link.Wait is null ? $"is {Words.Of(link.State)}" : $"waits {Words.Of(link.Wait, link.Waited)}")}";
        }

        return text;
    }

    private static class Words
    {
        public static string Of(AgentState state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

        public static string Of(AgentWait wait, TimeSpan waited) => $"{Seconds(waited)} {Of(wait)}";

        public static string Relation(WaitLink link) => link.Relation switch
        {
            WaitRelation.Holder => "held by",
            _ => "namely",
        };

        private static string Of(AgentWait wait) => wait.Kind switch
        {
            AgentWaitKind.Slot => "for a slot",
            AgentWaitKind.Group => $"for a place in group '{wait.Target}'",
            AgentWaitKind.Retry => "for its next attempt",
            AgentWaitKind.Resource => $"for {wait.Target}",
            AgentWaitKind.Child => "for its children",
            AgentWaitKind.Approval => $"for {wait.Target}",
            AgentWaitKind.Message => "for a message",
            AgentWaitKind.Permit => wait.Target is null ? "for a permit to run a tool" : $"for a place at a {wait.Target}",
            AgentWaitKind.Budget => "for what calls in flight have reserved of its budget",
            _ => "to be resumed",
        };

        private static string Seconds(TimeSpan waited) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{waited.TotalSeconds:0.#} s");
    }
}

/// <summary>One agent, or the host, in a <see cref="WaitExplanation"/>.</summary>
/// <param name="Id">The agent; null if the host holds the resource.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Wait">What it waits for; null if it does not wait.</param>
/// <param name="Waited">For how long.</param>
/// <param name="Relation">Why it stands after the one before it.</param>
public sealed record WaitLink(AgentId? Id, string Name, AgentState State, AgentWait? Wait, TimeSpan Waited, WaitRelation Relation);

/// <summary>How a link of a <see cref="WaitExplanation"/> follows from the one before.</summary>
public enum WaitRelation
{
    /// <summary>It is the agent that was asked about.</summary>
    Subject,

    /// <summary>It holds what the one before waits for: a resource or a place in a group.</summary>
    Holder,

    /// <summary>It is a child for which the one before waits.</summary>
    Child,
}
