using AgentOrchestration.Llm.DependencyInjection;
using AgentOrchestration.Llm.Routing;
using AgentOrchestration.Llm.Tests.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Llm.Tests.Routing;

/// <summary>Many callers on real threads, whose clients answer, refuse and fail, and who cancel at any moment: no place and no wakeup is lost.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class RouterStress
{
    [Fact]
    public async Task CallsThatEndInEveryWay_LeaveNothingBehind()
    {
        const int Callers = 32;
        const int CallsEach = 300;
        var options = new LlmOptions();
        for (var client = 0; client < 3; client++)
        {
            var seed = client * 7919;
            options.AddClient(
                $"c{client}",
                new FakeModel
                {
                    Answer = async (call, token) =>
                    {
                        var fate = (call * 31 + seed) % 23;
                        if (fate % 2 == 0)
                            await Task.Yield();
                        token.ThrowIfCancellationRequested();
                        return fate switch
                        {
                            0 => throw FakeModel.Status(429),
                            1 => throw FakeModel.Status(500),
                            2 => throw FakeModel.Status(400),
                            _ => "x",
                        };
                    },
                },
                configure =>
                {
                    configure.MaxConcurrentCalls = 4;
                    configure.CircuitFailureRatio = 1;
                    configure.Classify = static failure => failure is HttpRequestException { StatusCode: System.Net.HttpStatusCode.TooManyRequests }
                        ? new LlmFailure(LlmFailureKind.Throttled) { RetryAfter = TimeSpan.FromMilliseconds(1) }
                        : null;
                });
        }

        LlmOptionsChecks.ThrowIfInvalid(options);
        await using var services = new ServiceCollection().BuildServiceProvider();
        using var router = LlmRouter.Create(options, services, TimeProvider.System, name: null);
        var (answered, ended) = (0, 0);

        async Task WorkAsync(int caller)
        {
            var client = await router.SelectClientAsync(new LlmRequest(LlmPurpose.Act) { Priority = (AgentPriority)(1 + caller % 4) });
            for (var i = 0; i < CallsEach; i++)
            {
                using var cancel = new CancellationTokenSource();
                var call = client.GetResponseAsync("x", cancellationToken: cancel.Token);
                if ((i + caller) % 5 == 0)
                    await cancel.CancelAsync();
                try
                {
                    await call;
                    Interlocked.Increment(ref answered);
                }
                catch (Exception exception) when (exception is LlmCallException || (exception is OperationCanceledException && cancel.IsCancellationRequested))
                {
                    // One of the ends that are allowed.
                }

                Interlocked.Increment(ref ended);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => WorkAsync(caller)))).WaitAsync(RouterWorld.Hang);

        Assert.Equal(Callers * CallsEach, ended);
        Assert.True(answered > Callers * CallsEach / 2, $"Only {answered} were answered.");
        var end = router.Pool.Snapshot();
        Assert.Equal(0, end.Waiting);
        Assert.True(SpinWait.SpinUntil(() => router.Pool.Snapshot().Clients.All(static client => client.InFlight == 0), RouterWorld.Hang), "A place is lost.");
    }
}
