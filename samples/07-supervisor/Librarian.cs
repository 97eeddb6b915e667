using System.Text;
using AgentOrchestration;

namespace Supervisor;

/// <summary>The supervisor: its slot is free for the workers while it waits for them.</summary>
internal static class Librarian
{
    public static async Task<AgentOutput> AnswerAsync(AgentContext context, CancellationToken cancellationToken)
    {
        // snippet: coordination-delegate
        var words = context.Goal.Description.Split(", ");
        var readers = new List<ChildAgent>();
        foreach (var word in words)
        {
            readers.Add(await context.DelegateAsync("reader", word));
        }

        var found = await context.WaitForAllAsync(readers);
        // end snippet

        var answer = new StringBuilder();
        foreach (var (word, lines) in words.Zip(found, (word, result) => (word, result.Output?.Text ?? "")))
        {
            answer.AppendLine(lines.Length > 0 ? $"{word}: {lines}" : await AskAgainAsync(context, word));
        }

        return answer.ToString().TrimEnd();
    }

    // Nothing under this word: another worker knows another one.
    private static async Task<string> AskAgainAsync(AgentContext context, string word)
    {
        var synonym = await context.WaitForAsync(await context.DelegateAsync("dictionary", word));
        var other = synonym.Output!.Text;
        var found = await context.WaitForAsync(await context.DelegateAsync("reader", other));
        return $"{word} (as {other}): {found.Output!.Text}";
    }
}
