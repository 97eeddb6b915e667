using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>The scheduler under every order of its calls: slots, endings, waits, pauses, shutdown.</summary>
internal static class SchedulerSchedules
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>INV-13, INV-14: spawning, completing and resizing at once neither exceed the capacity nor lose a start.</summary>
    public static async Task SpawnCompleteResize()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            await world.WorkAsync(context);
            return "done";
        });
        var first = await world.Orchestrator.SpawnAsync("first");
        var spawning = Task.Run(async () => await world.Orchestrator.SpawnParallelAsync(["a", "b", "c"]));
        var resizing = Task.Run(() =>
        {
            world.Resize(2);
            world.CheckWorkConserving();
            world.Resize(1);
        });
        var looking = Task.Run(world.CheckWorkConserving);
        await Task.WhenAll(new[] { spawning, resizing, looking });
        foreach (var handle in await spawning)
        {
            Specification.Assert((await world.EndOfAsync(handle)).Succeeded, "An agent did not complete");
            world.CheckWorkConserving();
        }

        await world.EndOfAsync(first);
        await world.EndAsync();
    }

    /// <summary>INV-16: cancel, deadline and completion at once end the agent once, and whoever is told that it decided did.</summary>
    public static async Task CancelCompleteDeadline()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            await world.WorkAsync(context);
            context.Report("half", 50);
            return "done";
        });
        var handle = await world.Orchestrator.SpawnAsync(new AgentGoal("a") { Deadline = world.Clock.GetUtcNow() + Limit });
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(handle.Id));
        var expiring = Task.Run(() => world.Clock.Advance(Limit));
        await Task.WhenAll(new[] { cancelling, expiring });
        var result = await world.EndOfAsync(handle);
        Specification.Assert(await cancelling == (result.State == AgentState.Cancelled), $"CancelAsync returned {await cancelling} and the agent ended {result.State}");
        await world.EndAsync();
    }

    /// <summary>INV-16, INV-20: a retry that falls due, a cancel and a queue of others: one end, at most two attempts.</summary>
    public static async Task RetryCancel()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            await world.WorkAsync(context);
            return context.Attempt == 1 && context.Goal.Description == "fails" ? throw new InvalidOperationException("at first") : "done";
        });
        var failing = await world.Orchestrator.SpawnAsync(new AgentGoal("fails") { Retry = new AgentRetryPolicy { MaxAttempts = 2, InitialDelay = Limit, Jitter = 0 } });
        var other = await world.Orchestrator.SpawnAsync("other");
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(failing.Id));
        var passing = Task.Run(() => world.Clock.Advance(Limit));
        await Task.WhenAll(new[] { cancelling, passing });
        var result = await world.EndOfAsync(failing);
        Specification.Assert(result.State == (await cancelling ? AgentState.Cancelled : AgentState.Completed), $"It ended {result.State}");
        Specification.Assert(result.Attempts <= 2, $"{result.Attempts} attempts");
        await world.EndOfAsync(other);
        await world.EndAsync();
    }

    /// <summary>INV-16, INV-18: code that ends when its grace period does is either detached or not; its slot is freed once.</summary>
    public static async Task DetachReturn()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var world = new World(
            1,
            async (world, context, _) =>
            {
                if (context.Goal.Description == "deaf")
                {
                    started.SetResult();
                    await release.Task;
                    ended.SetResult();
                }

                return "done";
            },
            static options => options.CancellationGracePeriod = Limit);
        var deaf = await world.Orchestrator.SpawnAsync("deaf");
        var next = await world.Orchestrator.SpawnAsync("next");
        await started.Task;
        await world.Orchestrator.CancelAsync(deaf.Id);
        var expiring = Task.Run(() => world.Clock.Advance(Limit));
        var releasing = Task.Run(release.SetResult);
        await Task.WhenAll(new[] { expiring, releasing });
        var result = await world.EndOfAsync(deaf);
        Specification.Assert(result.State == AgentState.Cancelled, $"It ended {result.State}");
        Specification.Assert((await world.EndOfAsync(next)).Succeeded, "The slot was not given on");
        await ended.Task;
        await World.UntilAsync(() => world.Orchestrator.Scheduler.Endings.Detached == 0, "Code that has ended still counts as detached");
        await world.EndAsync();
    }

    /// <summary>INV-21: pausing, resuming and cancelling an agent whose wait ends: it starts nothing while paused, and ends.</summary>
    public static async Task PauseResumeCancelWaitEnd()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            if (context.Goal.Description == "receives")
            {
                await context.ReceiveAsync();
            }

            await world.WorkAsync(context);
            await context.PausePointAsync();
            await world.WorkAsync(context);
            return "done";
        });
        var receiver = await world.Orchestrator.SpawnAsync("receives");
        var other = await world.Orchestrator.SpawnAsync("other");
        var sending = Task.Run(async () => await world.Orchestrator.SendAsync(receiver.Id, "go on"));
        var pausing = Task.Run(async () =>
        {
            var paused = await world.Orchestrator.PauseAsync(receiver.Id);
            var resumed = await world.Orchestrator.ResumeAsync(receiver.Id);
            Specification.Assert(!resumed || paused, "It was resumed and had not been paused");
            return paused && !resumed;
        });
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(other.Id));
        await Task.WhenAll(new[] { sending, pausing, cancelling });
        Specification.Assert(!await pausing, "It was paused and nobody else resumed or ended it");
        Specification.Assert((await world.EndOfAsync(receiver)).Succeeded, "It did not complete");
        await world.EndOfAsync(other);
        await world.EndAsync();
    }

    /// <summary>INV-18: an agent whose wait has ended and that is cancelled before it has a slot again ends without one.</summary>
    public static async Task CancelParked()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var world = new World(1, async (world, context, _) =>
        {
            if (context.Goal.Description == "receives")
            {
                await context.ReceiveAsync();
                await world.WorkAsync(context);
            }
            else
            {
                await release.Task;
            }

            return "done";
        });
        var receiver = await world.Orchestrator.SpawnAsync("receives");
        var holder = await world.Orchestrator.SpawnAsync("holds the slot");
        var sending = Task.Run(async () => await world.Orchestrator.SendAsync(receiver.Id, "go on"));
        await World.UntilAsync(() => world.Orchestrator.GetStatus(holder.Id)!.State == AgentState.Running, "The slot was not given on");
        var cancelled = await world.Orchestrator.CancelAsync(receiver.Id);
        var result = await world.EndOfAsync(receiver);
        Specification.Assert(cancelled == (result.State == AgentState.Cancelled), $"CancelAsync returned {cancelled} and the agent ended {result.State}");
        release.SetResult();
        await sending;
        await world.EndOfAsync(holder);
        await world.EndAsync();
    }

    /// <summary>INV-21: a pause, a resume and a cancel of the same agent in any order; nobody waits for ever.</summary>
    public static async Task PauseResumeCancel()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            await world.WorkAsync(context);
            await context.PausePointAsync();
            await world.WorkAsync(context);
            return "done";
        });
        var handle = await world.Orchestrator.SpawnAsync("a");
        var pausing = Task.Run(() => world.Orchestrator.PauseAsync(handle.Id));
        var pausingAgain = Task.Run(() => world.Orchestrator.PauseAsync(handle.Id));
        var resuming = Task.Run(() => world.Orchestrator.ResumeAsync(handle.Id));
        await Task.WhenAll(new[] { resuming });
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(handle.Id));
        await Task.WhenAll(new[] { pausing, pausingAgain, cancelling });
        var result = await world.EndOfAsync(handle);
        Specification.Assert(await cancelling == (result.State == AgentState.Cancelled), $"CancelAsync returned {await cancelling} and the agent ended {result.State}");
        await world.EndAsync();
    }

    /// <summary>INV-17: a tree of supervisors with a slot for one, leaves that contend for a lock, and a stranger: everybody ends.</summary>
    public static async Task TreeWithOneSlot()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            switch (context.Goal.Description)
            {
                case "root":
                    var children = new[] { await context.SpawnAsync("leaf"), await context.SpawnAsync("inner") };
                    var results = await context.WaitForAllAsync(children);
                    Specification.Assert(results.All(static result => result.Succeeded), "A child failed");
                    break;
                case "inner":
                    await context.WaitForAsync(await context.SpawnAsync("leaf"));
                    break;
                default:
                    await using (await context.Locks.AcquireAsync(ResourceRequest.Exclusive("leaf")))
                    {
                        await world.WorkAsync(context);
                    }

                    break;
            }

            await world.WorkAsync(context);
            return "done";
        });
        var root = await world.Orchestrator.SpawnAsync("root");
        var stranger = Task.Run(async () => await world.Orchestrator.SpawnAsync("leaf"));
        Specification.Assert((await world.EndOfAsync(root)).Succeeded, "The root failed");
        Specification.Assert((await world.EndOfAsync(await stranger)).Succeeded, "The stranger failed");
        await world.EndAsync();
    }

    /// <summary>INV-16, INV-17: a supervisor cancelled while its children start, wait and end; all end, each once.</summary>
    public static async Task TreeCancelled()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            if (context.Goal.Description == "root")
            {
                await context.WaitForAllAsync([await context.SpawnAsync("a"), await context.SpawnAsync("b")]);
            }

            await world.WorkAsync(context);
            return "done";
        });
        var root = await world.Orchestrator.SpawnAsync("root");
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(root.Id));
        var looking = Task.Run(world.CheckWorkConserving);
        await Task.WhenAll(new[] { cancelling, looking });
        var result = await world.EndOfAsync(root);
        Specification.Assert(await cancelling == (result.State == AgentState.Cancelled), $"CancelAsync returned {await cancelling} and the agent ended {result.State}");
        await world.EndAsync();
    }

    /// <summary>INV-16, INV-21: activities that park, wait and end while the agent is paused, resumed and cancelled.</summary>
    public static async Task ForkPauseCancel()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            await context.RunConcurrentlyAsync([WorkInTurnAsync, WorkInTurnAsync]);
            await world.WorkAsync(context);
            return "done";
        });
        var handle = await world.Orchestrator.SpawnAsync("a");
        var pausing = Task.Run(async () =>
        {
            await world.Orchestrator.PauseAsync(handle.Id);
            await world.Orchestrator.ResumeAsync(handle.Id);
        });
        var cancelling = SchedulingChoice() ? Task.Run(() => world.Orchestrator.CancelAsync(handle.Id)) : Task.FromResult(false);
        await Task.WhenAll(new[] { pausing, cancelling });
        var result = await world.EndOfAsync(handle);
        Specification.Assert(await cancelling == (result.State == AgentState.Cancelled), $"CancelAsync returned {await cancelling} and the agent ended {result.State}: {result.Error?.Message}");
        await world.EndAsync();

        static async Task WorkInTurnAsync(AgentContext context, CancellationToken cancellationToken)
        {
            await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("turn"));
            await Task.Yield();
            await context.PausePointAsync();
        }
    }

    /// <summary>INV-3, INV-18: a lock handed to an agent that is cancelled at that moment comes to the next one.</summary>
    public static async Task LockHandOverCancel()
    {
        var world = new World(2, static async (world, context, _) =>
        {
            await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("file"));
            await world.WorkAsync(context);
            return "done";
        });
        var handles = await world.Orchestrator.SpawnParallelAsync(["a", "b", "c"]);
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(handles[1].Id));
        Specification.Assert((await world.EndOfAsync(handles[0])).Succeeded, "The first failed");
        Specification.Assert((await world.EndOfAsync(handles[2])).Succeeded, "The third failed");
        var result = await world.EndOfAsync(handles[1]);
        Specification.Assert(await cancelling == (result.State == AgentState.Cancelled), $"CancelAsync returned {await cancelling} and the agent ended {result.State}");
        await world.EndAsync();
    }

    /// <summary>INV-12: an agent that waits for a child which wants what the agent holds: whichever waits last is refused, and both end.</summary>
    public static async Task ChildWantsWhatItsParentHolds()
    {
        var refused = 0;
        var world = new World(2, async (world, context, _) =>
        {
            try
            {
                await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("file"));
                await world.WorkAsync(context);
                if (context.Goal.Description == "parent")
                {
                    await context.WaitForAsync(await context.SpawnAsync("child"));
                }
            }
            catch (ResourceDeadlockException)
            {
                refused++;
            }

            return "done";
        });
        var handle = await world.Orchestrator.SpawnAsync("parent");
        Specification.Assert((await world.EndOfAsync(handle)).Succeeded, "The parent failed");
        Specification.Assert(refused == 1, $"{refused} were refused");
        await world.EndAsync();
    }

    /// <summary>INV-01, INV-07: agents whose claims overlap never run together, whoever is cancelled while it waits for them or starts, and none is forgotten.</summary>
    public static async Task ClaimsCancel()
    {
        var working = 0;
        var world = new World(3, async (world, context, _) =>
        {
            Specification.Assert(Interlocked.Increment(ref working) == 1, "Two that claim the same run");
            await world.WorkAsync(context);
            Interlocked.Decrement(ref working);
            return "done";
        });
        var handles = await world.Orchestrator.SpawnParallelAsync([Claiming("a", "b"), Claiming("b", "c"), Claiming("c", "b", "a")]);
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(handles[1].Id));
        var looking = Task.Run(world.CheckWorkConserving);
        await Task.WhenAll(new[] { cancelling, looking });
        Specification.Assert((await world.EndOfAsync(handles[0])).Succeeded && (await world.EndOfAsync(handles[2])).Succeeded, "One that was not cancelled failed");
        var result = await world.EndOfAsync(handles[1]);
        Specification.Assert(await cancelling == (result.State == AgentState.Cancelled), $"CancelAsync returned {await cancelling} and the agent ended {result.State}");
        await world.EndAsync();

        static AgentGoal Claiming(params string[] names) => new("work") { Resources = [.. names.Select(ResourceRequest.Exclusive)] };
    }

    /// <summary>INV-16: an approval that is answered, times out and is given up at once is closed once, and the agent ends.</summary>
    public static async Task AnswerTimeOutCancel()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            var answer = await context.RequestApprovalAsync("act", Limit);
            await world.WorkAsync(context);
            return answer.Approved ? "yes" : "no";
        });
        var handle = await world.Orchestrator.SpawnAsync("a");
        await World.UntilAsync(() => world.Orchestrator.GetStatus(handle.Id)!.State == AgentState.Waiting, "The agent does not wait");
        var request = world.Orchestrator.ListApprovals()[0].Id;
        var answering = Task.Run(async () => await world.Orchestrator.AnswerAsync(request, approved: true));
        var expiring = Task.Run(() => world.Clock.Advance(Limit));
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(handle.Id));
        await Task.WhenAll(new[] { answering, expiring, cancelling });
        var result = await world.EndOfAsync(handle);
        Specification.Assert(result.State is AgentState.Cancelled || !await cancelling, $"Cancelled, and it ended {result.State}");
        Specification.Assert(result.State is not AgentState.Completed || await answering, "It completed without an answer");
        await world.EndAsync();
    }

    /// <summary>INV-13: members of a group that end, are cancelled and queue: one at a time, and none is forgotten.</summary>
    public static async Task GroupCancel()
    {
        var inGroup = 0;
        var world = new World(2, async (world, context, _) =>
        {
            Specification.Assert(Interlocked.Increment(ref inGroup) == 1, "Two of the group run");
            await world.WorkAsync(context);
            Interlocked.Decrement(ref inGroup);
            return "done";
        });
        var handles = await world.Orchestrator.SpawnParallelAsync([Member("a"), Member("b"), Member("c")]);
        var cancelling = Task.Run(() => world.Orchestrator.CancelAsync(handles[1].Id));
        var pausing = Task.Run(async () =>
        {
            await world.Orchestrator.PauseAsync(handles[2].Id);
            await world.Orchestrator.ResumeAsync(handles[2].Id);
        });
        await Task.WhenAll(new[] { cancelling, pausing });
        foreach (var handle in handles)
        {
            await world.EndOfAsync(handle);
        }

        await world.EndAsync();

        static AgentGoal Member(string description) => new(description) { ConcurrencyGroup = "coders" };
    }

    /// <summary>INV-22: a goal that arrives at the moment of disposal is refused, or has ended when the disposal is over.</summary>
    public static async Task SpawnDispose()
    {
        var world = new World(1, static (_, _, _) => Task.FromResult<AgentOutput>("done"));
        var spawning = Task.Run(async () =>
        {
            try
            {
                return await world.Orchestrator.SpawnAsync("a");
            }
            catch (Exception refused) when (refused is GoalRefusedException or ObjectDisposedException)
            {
                return null;
            }
        });
        await world.Orchestrator.DisposeAsync();
        Specification.Assert(world.Orchestrator.Scheduler.Registry.Live == 0, "Disposed, and an agent lives");
        var handle = await spawning;
        Specification.Assert(handle is null || world.Orchestrator.GetStatus(handle.Id) is { State: AgentState.Completed or AgentState.Cancelled }, "Disposed, and an agent was accepted afterwards");
        await world.EndAsync();
    }

    /// <summary>INV-22: goals that arrive while the orchestrator shuts down, twice at once, are refused or end.</summary>
    public static async Task SpawnShutdown()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            await world.WorkAsync(context);
            await context.WaitForAsync(await context.SpawnAsync(new AgentGoal("child") { Agent = "leaf" }));
            return "done";
        }, static options => options.AddAgent("leaf", static async (_, _) =>
        {
            await Task.Yield();
            return "leaf";
        }));
        var accepted = new List<AgentHandle>();
        var first = await world.Orchestrator.SpawnAsync("first");
        var spawning = Task.Run(async () =>
        {
            try
            {
                accepted.Add(await world.Orchestrator.SpawnAsync("a"));
                accepted.Add(await world.Orchestrator.SpawnAsync("b"));
            }
            catch (GoalRefusedException)
            {
                // Shutting down.
            }
            catch (ObjectDisposedException)
            {
                // Shut down.
            }
        });
        var disposing = Task.Run(async () => await world.Orchestrator.DisposeAsync());
        var disposingAgain = Task.Run(async () => await world.Orchestrator.DisposeAsync());
        await Task.WhenAll(new[] { disposing, disposingAgain });
        Specification.Assert(world.Orchestrator.Scheduler.Registry.Live == 0, "Disposed, and an agent lives");
        Specification.Assert(first.Completion.IsCompleted, "Disposed, and an agent has not completed");
        await spawning;
        foreach (var handle in accepted.Prepend(first))
        {
            await world.EndOfAsync(handle);
        }

        await world.EndAsync();
    }

    /// <summary>INV-14: who waits for all gets the results of those it found and of their children, however they come and go.</summary>
    public static async Task WaitAllSpawnEnd()
    {
        var world = new World(1, static async (world, context, _) =>
        {
            if (context.Goal.Description == "parent")
            {
                await context.WaitForAsync(await context.SpawnAsync("child"));
            }

            await world.WorkAsync(context);
            return "done";
        });
        await world.Orchestrator.SpawnAsync("parent");
        var waiting = Task.Run(() => world.Orchestrator.WaitAllAsync());
        var spawning = Task.Run(async () => await world.Orchestrator.SpawnAsync("later"));
        await Task.WhenAll(new Task[] { waiting, spawning });
        var results = await waiting;
        Specification.Assert(results.Count is 2 or 3 && results.All(static result => result.Succeeded), $"{results.Count} results");
        await world.EndOfAsync(await spawning);
        await world.EndAsync();
    }

    private static bool SchedulingChoice() => Microsoft.Coyote.Random.Generator.Create().NextBoolean();
}
