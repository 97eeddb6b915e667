using AgentOrchestration.Llm.Routing;
using CsCheck;

namespace AgentOrchestration.Llm.Tests.Routing;

public sealed class AimdLimitTests
{
    [Fact]
    public void Refusal_HalvesTheLimit_OnceForABurst()
    {
        var limit = new AimdLimit(1, 64);

        var first = limit.Refuse(epoch: 0, inFlight: 40);
        var second = limit.Refuse(epoch: 0, inFlight: 39);

        Assert.True(first);
        Assert.False(second);
        Assert.Equal(32, limit.Current);
        Assert.True(limit.Refuse(limit.Epoch, inFlight: 1));
        Assert.Equal(16, limit.Current);
    }

    [Fact]
    public void Limit_IsAtLeastTheLowest()
    {
        var limit = new AimdLimit(3, 8);

        limit.Refuse(limit.Epoch, 8);
        limit.Refuse(limit.Epoch, 4);
        limit.Refuse(limit.Epoch, 3);

        Assert.Equal(3, limit.Current);
    }

    [Fact]
    public void WindowOfSuccesses_GivesOnePlaceMore()
    {
        var limit = new AimdLimit(1, 16);
        limit.Refuse(0, 16);

        Succeed(limit, 7);
        Assert.Equal(8, limit.Current);
        Succeed(limit, 1);
        Assert.Equal(9, limit.Current);
        Succeed(limit, 9);

        Assert.Equal(10, limit.Current);
    }

    [Fact]
    public void StepToTheLimitThatWasRefused_TakesTenWindows_AndThoseBeyondItOne()
    {
        var limit = Refused(4);
        Succeed(limit, 2);
        Assert.Equal(3, limit.Current);

        Succeed(limit, 29);
        Assert.Equal(3, limit.Current);
        Succeed(limit, 1);
        Assert.Equal(4, limit.Current);
        Succeed(limit, 4);

        Assert.Equal(5, limit.Current);
    }

    [Fact]
    public void SuccessesThatSayNothing_DoNotCount()
    {
        var limit = Refused(4);

        for (var i = 0; i < 100; i++)
        {
            limit.Succeed(limit.Epoch - 1, wasFull: true);
            limit.Succeed(limit.Epoch, wasFull: false);
        }

        Assert.Equal(2, limit.Current);
    }

    [Fact]
    public void AnyHistory_StaysInBounds_AndMovesByTheRules() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 60], Gen.Select(Gen.Bool, Gen.Int[0, 1], Gen.Int[1, 70], Gen.Bool).Array[1, 400]).Sample((lowest, more, steps) =>
        {
            var limit = new AimdLimit(lowest, lowest + more);
            foreach (var (refused, age, inFlight, wasFull) in steps)
            {
                var (before, epoch) = (limit.Current, limit.Epoch - age);
                if (refused)
                {
                    var isNews = limit.Refuse(epoch, inFlight);
                    Assert.Equal(age == 0, isNews);
                    Assert.Equal(age == 0 ? Math.Max(lowest, before / 2) : before, limit.Current);
                }
                else
                {
                    limit.Succeed(epoch, wasFull);
                    Assert.InRange(limit.Current, before, age == 0 && wasFull ? before + 1 : before);
                }

                Assert.InRange(limit.Current, lowest, lowest + more);
            }
        });

    // With half of this limit, after this limit was refused.
    private static AimdLimit Refused(int limit)
    {
        var refused = new AimdLimit(1, 64);
        while (refused.Current >= limit)
            refused.Refuse(refused.Epoch, refused.Current);
        return refused;
    }

    private static void Succeed(AimdLimit limit, int times)
    {
        for (var i = 0; i < times; i++)
            limit.Succeed(limit.Epoch, wasFull: true);
    }
}
