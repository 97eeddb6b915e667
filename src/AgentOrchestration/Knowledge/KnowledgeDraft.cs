using System.Collections.ObjectModel;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AgentOrchestration;

/// <summary>What is to be written under a key. Immutable and always valid: it checks and copies what it is given. <see cref="ToString"/> prints no content.</summary>
public sealed record KnowledgeDraft
{
    /// <summary>The importance of an entry whose writer does not say.</summary>
    public const double DefaultImportance = 0.5;

    private static readonly JsonDocumentOptions DataOptions = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>A text under a key.</summary>
    /// <param name="key">The key; not blank.</param>
    /// <param name="text">The text; may be empty.</param>
    public KnowledgeDraft(string key, string text)
    {
        Key = key;
        Text = text;
    }

    /// <summary>What names it. Compared ordinally; a name such as <c>rule:file:line</c>, not content, because messages show it.</summary>
    public string Key
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(value);
            field = value;
        }
    }

    /// <summary>What is known, in words.</summary>
    public string Text
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }

    /// <summary>Labels to filter by, compared ordinally; none blank. Repeated ones are dropped. Default: none.</summary>
    public IReadOnlyList<string> Tags
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Any(string.IsNullOrWhiteSpace))
                throw new ArgumentException("A tag must not be blank.", nameof(value));
            field = value.Count == 0 ? ReadOnlyCollection<string>.Empty : Array.AsReadOnly(value.Distinct(StringComparer.Ordinal).ToArray());
        }
    } = ReadOnlyCollection<string>.Empty;

    /// <summary>How much it matters: a full base forgets what matters least, and a search lists it last among equals.</summary>
    /// <value>From 0 to 1. Default: 0.5.</value>
    public double Importance
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Importance is from 0 to 1.");
    } = DefaultImportance;

    /// <summary>The same as data, for code; not searched. At most 64 levels deep. Default: none.</summary>
    public JsonElement? Data
    {
        get;
        init => field = value is { } data ? Own(data) : null;
    }

    /// <summary>Key and sizes, no content.</summary>
    public override string ToString() => $"{nameof(KnowledgeDraft)} {{ {Key}, {Text.Length} characters, {Tags.Count} tags{(Data is null ? "" : ", data")} }}";

    // Not Clone: it copies nothing where the document cannot be disposed, and then a small part would keep a large document in memory.
    private static JsonElement Own(JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Undefined)
            throw new ArgumentException("Data must be a JSON value; use null for none.", nameof(data));
        try
        {
            return JsonElement.Parse(JsonMarshal.GetRawUtf8Value(data), DataOptions);
        }
        catch (JsonException exception)
        {
            throw new ArgumentException("Data is nested too deep.", nameof(data), exception);
        }
    }
}
