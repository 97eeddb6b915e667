using System.Globalization;

namespace AgentOrchestration.Internal;

/// <summary>Bounds text, and says in it what was left out.</summary>
internal static class TextCut
{
    public static string Cut(string text, int maxCharacters)
    {
        if (text.Length <= maxCharacters)
        {
            return text;
        }

        // Not between the two halves of one character.
        var length = maxCharacters > 1 && char.IsHighSurrogate(text[maxCharacters - 1]) ? maxCharacters - 1 : maxCharacters;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, length)}\n[cut: {length} of {text.Length} characters are shown]");
    }
}
