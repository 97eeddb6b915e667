using System.ClientModel.Primitives;
using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Llm.Tests.Routing;

/// <summary>A response as the clients of OpenAI have it.</summary>
internal sealed class FakeResponse(int status) : PipelineResponse
{
    private readonly FakeHeaders _headers = new();

    public override int Status => status;

    public override string ReasonPhrase => "";

    public override Stream? ContentStream { get; set; }

    public override BinaryData Content => BinaryData.Empty;

    protected override PipelineResponseHeaders HeadersCore => _headers;

    public string this[string header]
    {
        set => _headers.Values[header] = value;
    }

    public override BinaryData BufferContent(CancellationToken cancellationToken = default) => BinaryData.Empty;

    public override ValueTask<BinaryData> BufferContentAsync(CancellationToken cancellationToken = default) => new(BinaryData.Empty);

    public override void Dispose()
    {
    }

    private sealed class FakeHeaders : PipelineResponseHeaders
    {
        public Dictionary<string, string> Values { get; } = new(StringComparer.OrdinalIgnoreCase);

        public override IEnumerator<KeyValuePair<string, string>> GetEnumerator() => Values.GetEnumerator();

        public override bool TryGetValue(string name, [NotNullWhen(true)] out string? value) => Values.TryGetValue(name, out value);

        public override bool TryGetValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = Values.TryGetValue(name, out var value) ? [value] : null;
            return values is not null;
        }
    }
}
