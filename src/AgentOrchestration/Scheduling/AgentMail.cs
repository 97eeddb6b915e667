using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Scheduling;

/// <summary>The agents' bounded mailboxes. A mailbox belongs to the agent, so unread messages outlive an attempt. Works under the scheduler's gate.</summary>
internal sealed class AgentMail(AgentScheduler scheduler, int maxMessages)
{
    public bool Send(AgentId id, AgentMessage message)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (scheduler.Registry.FindLocked(id) is not { } agent || agent.Stage == AgentStage.Ended || agent.Ending is not null)
            {
                return false;
            }

            var extras = agent.EnsureExtras();
            if (extras.Receivers.First is { } receiver)
            {
                extras.Receivers.RemoveFirst();
                outbox.Do(() => receiver.Value.TrySetResult(message));
            }
            else if (extras.Mailbox.Count < maxMessages)
            {
                extras.Mailbox.Enqueue(message);
            }
            else
            {
                return false;
            }

            scheduler.RecordLocked(agent, new AgentMessageAccepted(0, now.Utc, message) { Origin = agent.Origin }, ref outbox);
        }

        scheduler.Flush(outbox);
        return true;
    }

    public bool TryReceive(Attempt attempt, [NotNullWhen(true)] out AgentMessage? message)
    {
        scheduler.Waits.EnsureOpen(attempt);
        lock (scheduler.Gate)
        {
            message = null;
            return attempt.Agent.Extras is { } extras && extras.Mailbox.TryDequeue(out message);
        }
    }

    public async ValueTask<AgentMessage> ReceiveAsync(AgentActivity activity)
    {
        await activity.PausePointAsync().ConfigureAwait(false);
        LinkedListNode<TaskCompletionSource<AgentMessage>> receiver;
        LinkedList<TaskCompletionSource<AgentMessage>> receivers;
        lock (scheduler.Gate)
        {
            var extras = activity.Agent.EnsureExtras();
            if (extras.Mailbox.TryDequeue(out var message))
            {
                return message;
            }

            receivers = extras.Receivers;
            receiver = receivers.AddLast(new TaskCompletionSource<AgentMessage>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await activity.WaitAsync(AgentWaitKind.Message, target: null, receiver.Value.Task.WaitAsync(activity.CancellationToken)).ConfigureAwait(false);
            return await receiver.Value.Task.ConfigureAwait(false);
        }
        catch
        {
            bool taken;
            lock (scheduler.Gate)
            {
                taken = receiver.List is null;
                if (!taken)
                {
                    receivers.Remove(receiver);
                }
            }

            if (taken)
            {
                // The sender has been told that it was accepted; the next attempt may read it.
                GiveBack(activity.Agent, await receiver.Value.Task.ConfigureAwait(false));
            }

            throw;
        }
    }

    private void GiveBack(AgentInstance agent, AgentMessage message)
    {
        lock (scheduler.Gate)
        {
            if (agent.Stage == AgentStage.Ended)
            {
                return;
            }

            var extras = agent.EnsureExtras();
            if (extras.Receivers.First is { } receiver)
            {
                // Its continuation runs elsewhere, so this may be done under the gate.
                extras.Receivers.RemoveFirst();
                receiver.Value.SetResult(message);
                return;
            }

            // It was the oldest unread one. Rare, so the queue is made anew.
            AgentMessage[] later = [.. extras.Mailbox];
            extras.Mailbox.Clear();
            extras.Mailbox.Enqueue(message);
            Array.ForEach(later, extras.Mailbox.Enqueue);
        }
    }

    /// <summary>The agent has ended: what it has not read is dropped.</summary>
    public static void CloseLocked(AgentInstance agent) => agent.Extras?.Mailbox.Clear();
}
