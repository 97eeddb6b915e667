using System.ClientModel;
using System.Net;
using AgentOrchestration.Llm.Routing;
using Anthropic.Exceptions;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Llm.Tests.Routing;

public sealed class FailureClassifierTests
{
    [Theory]
    [InlineData(429, LlmFailureKind.Throttled)]
    [InlineData(503, LlmFailureKind.Throttled)]
    [InlineData(529, LlmFailureKind.Throttled)]
    [InlineData(408, LlmFailureKind.Unavailable)]
    [InlineData(409, LlmFailureKind.Unavailable)]
    [InlineData(500, LlmFailureKind.Unavailable)]
    [InlineData(502, LlmFailureKind.Unavailable)]
    [InlineData(504, LlmFailureKind.Unavailable)]
    [InlineData(400, LlmFailureKind.Rejected)]
    [InlineData(401, LlmFailureKind.Rejected)]
    [InlineData(403, LlmFailureKind.Rejected)]
    [InlineData(404, LlmFailureKind.Rejected)]
    [InlineData(413, LlmFailureKind.Rejected)]
    [InlineData(422, LlmFailureKind.Rejected)]
    [InlineData(200, LlmFailureKind.Unavailable)]
    public void Status_SaysWhatAFailureMeans(int status, LlmFailureKind kind)
    {
        var anthropic = AnthropicExceptionFactory.CreateApiException((HttpStatusCode)status, "{}");
        Exception[] exceptions = [FakeModel.Status(status), new InvalidOperationException("x", FakeModel.Status(status)), new ClientResultException("x", new FakeResponse(status)), anthropic];

        Assert.All(exceptions, exception => Assert.Equal(new LlmFailure(kind) { Status = status }, Classify(exception)));
    }

    [Fact]
    public void Headers_SayWhenToComeBack()
    {
        var refused = new ClientResultException("x", new FakeResponse(429) { ["Retry-After"] = "7" });
        var finer = new ClientResultException("x", new FakeResponse(503) { ["Retry-After"] = "7", ["retry-after-ms"] = "20" });

        Assert.Equal(TimeSpan.FromSeconds(7), Classify(refused).RetryAfter);
        Assert.Equal(TimeSpan.FromMilliseconds(20), Classify(finer).RetryAfter);
    }

    [Fact]
    public void EmptyAccount_IsNotWaitedFor() => Assert.Equal(
        LlmFailureKind.Unavailable,
        Classify(new ClientResultException("HTTP 429 (insufficient_quota: insufficient_quota)", new FakeResponse(429))).Kind);

    public static TheoryData<Exception, LlmFailureKind> WithoutStatus() => new()
    {
        { new HttpRequestException("no connection"), LlmFailureKind.Unavailable },
        { new TimeoutException(), LlmFailureKind.Unavailable },
        { new TaskCanceledException("of HttpClient", new TimeoutException()), LlmFailureKind.Unavailable },
        { new IOException("cut"), LlmFailureKind.Unavailable },
        { new InvalidOperationException("what is it"), LlmFailureKind.Unavailable },
        { new NotSupportedException("no tools here"), LlmFailureKind.Rejected },
        { new System.Text.DecoderFallbackException("an ArgumentException"), LlmFailureKind.Rejected },
    };

    [Theory]
    [MemberData(nameof(WithoutStatus))]
    public void WithoutStatus_TheTypeSaysIt(Exception exception, LlmFailureKind kind) => Assert.Equal(new LlmFailure(kind), Classify(exception));

    private static LlmFailure Classify(Exception exception) => FailureClassifier.Classify(exception, new FakeTimeProvider());
}
