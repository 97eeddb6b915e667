using AgentOrchestration.Testing;

namespace AgentOrchestration.Tests.Testing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class SimulatedTimeTests
{
    private readonly SimulatedTime _time = new();

    [Fact]
    public async Task RunUntilAsync_AdvancesFromTimerToTimer()
    {
        var start = _time.GetUtcNow();

        await _time.RunUntilAsync(WorkAsync());

        Assert.Equal(TimeSpan.FromHours(5), _time.GetUtcNow() - start);
        Assert.Null(_time.NextDue);

        async Task WorkAsync()
        {
            for (var i = 0; i < 5; i++)
            {
                await Task.Delay(TimeSpan.FromHours(1), _time);
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task RunUntilAsync_ReturnsTheResult_AndTheException()
    {
        Assert.Equal(7, await _time.RunUntilAsync(SevenAsync()));
        await Assert.ThrowsAsync<FormatException>(() => _time.RunUntilAsync(ThrowAsync()));

        async Task<int> SevenAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _time);
            return 7;
        }

        async Task ThrowAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _time);
            throw new FormatException();
        }
    }

    [Fact]
    public async Task RunUntilAsync_LetsRunningWorkSetItsTimerFirst()
    {
        var order = new List<string>();
        using var far = _time.CreateTimer(_ => order.Add("far"), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);

        // Busy while the clock could already go on to the far timer.
        await _time.RunUntilAsync(Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                Thread.SpinWait(20_000);
                await Task.Yield();
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _time);
            order.Add("near");
        }));

        Assert.Equal(["near"], order);
    }

    [Fact]
    public async Task RunUntilAsync_BeyondTheLimit_SaysWhatIsPending()
    {
        using var timer = _time.CreateTimer(_ => { }, null, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(3));
        var never = new TaskCompletionSource();

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => _time.RunUntilAsync(never.Task, TimeSpan.FromMinutes(10)));

        Assert.Equal("The task did not complete within 00:10:00 of simulated time; 00:09:00 have passed. Timers due: 1, the next ones in 00:03:00.", exception.Message);
    }

    [Fact]
    public async Task RunUntilAsync_WithoutTimers_SaysThatNothingCanHappen()
    {
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => _time.RunUntilAsync(new TaskCompletionSource().Task));

        Assert.Contains("No timer is due", exception.Message);
    }

    [Fact]
    public async Task RunForAsync_FiresEveryTimerAtItsOwnTime()
    {
        var fired = new List<TimeSpan>();
        var start = _time.GetUtcNow();
        using var timer = _time.CreateTimer(_ => fired.Add(_time.GetUtcNow() - start), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));

        await _time.RunForAsync(TimeSpan.FromSeconds(9));

        Assert.Equal([2, 5, 8], fired.Select(t => t.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(9), _time.GetUtcNow() - start);
    }

    [Fact]
    public void NextDue_FollowsChangeAndDispose()
    {
        var start = _time.GetUtcNow();
        var timer = _time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        Assert.Equal(start.AddSeconds(5), _time.NextDue);

        timer.Change(TimeSpan.FromSeconds(8), Timeout.InfiniteTimeSpan);
        Assert.Equal(start.AddSeconds(8), _time.NextDue);

        timer.Dispose();
        Assert.Null(_time.NextDue);
        Assert.False(timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
        Assert.Null(_time.NextDue);
    }

    [Fact]
    public async Task RunUntilAsync_TwoAtOnce_BothComplete()
    {
        var other = new SimulatedTime();
        var work = Task.Delay(TimeSpan.FromDays(1), _time);
        var otherWork = Task.Delay(TimeSpan.FromDays(1), other);

        await Task.WhenAll(_time.RunUntilAsync(work), other.RunUntilAsync(otherWork)).WaitAsync(World.Hang);

        Assert.True(work.IsCompletedSuccessfully && otherWork.IsCompletedSuccessfully);
    }
}
