using System.Globalization;
using System.Text;

namespace AgentOrchestration.Knowledge;

/// <summary>
/// Cuts text into terms. A word is a run of Unicode letters, marks, digits and underscores; it counts whole and, where it is an identifier, in its parts:
/// <c>maxHTTPRetries_2</c> gives <c>maxhttpretries_2</c>, <c>max</c>, <c>http</c>, <c>retries</c>. Texts and queries are cut alike.
/// </summary>
/// <remarks>There is no stemming, no stop word and no normalisation; scripts written without spaces give one term for each run.</remarks>
internal static class Tokenizer
{
    // A single letter or digit out of an identifier says nothing, and would be in nearly every entry.
    private const int MinPartChars = 2;

    private enum Kind
    {
        None,
        Letter,
        Upper,
        Digit,
        Mark,
        Joiner,
        Separator,
    }

    public static void AddTerms(ReadOnlySpan<char> text, TermBag terms)
    {
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            var kind = KindAt(text, i, out var length);
            if (kind == Kind.Separator)
            {
                AddWord(text[start..i], terms);
                start = i + length;
            }

            i += length;
        }

        AddWord(text[start..], terms);
    }

    private static void AddWord(ReadOnlySpan<char> word, TermBag terms)
    {
        word = word.Trim('_');
        if (word.IsEmpty)
            return;
        terms.Add(word);

        var start = 0;
        var previous = Kind.None;
        for (var i = 0; i < word.Length;)
        {
            var kind = KindAt(word, i, out var length);
            if (kind == Kind.Joiner)
            {
                AddPart(word, start, i, terms);
                start = i + length;
                previous = Kind.None;
            }
            else if (kind != Kind.Mark)
            {
                if (BeginsPart(previous, kind, word[(i + length)..]))
                {
                    AddPart(word, start, i, terms);
                    start = i;
                }

                previous = kind;
            }

            i += length;
        }

        AddPart(word, start, word.Length, terms);
    }

    private static void AddPart(ReadOnlySpan<char> word, int start, int end, TermBag terms)
    {
        if (end - start >= MinPartChars && end - start < word.Length)
            terms.Add(word[start..end]);
    }

    // The last capital of a run belongs to the word after it: HTTPServer is HTTP and Server.
    private static bool BeginsPart(Kind previous, Kind kind, ReadOnlySpan<char> rest) => (previous, kind) switch
    {
        (Kind.None, _) => false,
        (Kind.Digit, not Kind.Digit) or (not Kind.Digit, Kind.Digit) => true,
        (Kind.Letter, Kind.Upper) => true,
        (Kind.Upper, Kind.Upper) => !rest.IsEmpty && KindAt(rest, 0, out _) == Kind.Letter,
        _ => false,
    };

    private static Kind KindAt(ReadOnlySpan<char> text, int index, out int length)
    {
        // A lone surrogate decodes to the replacement character, which separates.
        Rune.DecodeFromUtf16(text[index..], out var rune, out length);
        return rune.Value == '_' ? Kind.Joiner : Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Kind.Upper,
            UnicodeCategory.LowercaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Digit,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Kind.Mark,
            _ => Kind.Separator,
        };
    }
}
