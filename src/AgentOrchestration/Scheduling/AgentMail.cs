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
            var receiver = extras.Receivers.First?.Value;
            if (receiver is null && extras.Mailbox.Count >= maxMessages)
            {
                return false;
            }

            scheduler.RecordLocked(agent, new AgentMessageAccepted(0, now.Utc, message) { Origin = agent.Origin }, ref outbox);
            if (receiver is null)
            {
                extras.Mailbox.Enqueue(message);
            }
            else
            {
                extras.Receivers.RemoveFirst();
                ReadLocked(agent, receiver.Key, now);
                outbox.Do(() => receiver.Message.TrySetResult(message));
            }
        }

        scheduler.Flush(outbox);
        return true;
    }

    public bool TryReceive(AgentActivity activity, [NotNullWhen(true)] out AgentMessage? message)
    {
        scheduler.Waits.EnsureOpen(activity.AttemptOfActivity);
        var now = scheduler.Now();
        var key = activity.NextStep();
        lock (scheduler.Gate)
        {
            message = null;
            if (activity.Recorded is { } recorded && activity.IsBehindRecord(recorded) && StepRecall.Find(activity, key) is not { HasRead: true })
            {
                // It found nothing here before, and went on to what it is going to do again.
                return false;
            }

            if (activity.Agent.Extras is not { } extras || !extras.Mailbox.TryDequeue(out message))
            {
                return false;
            }

            ReadLocked(activity.Agent, key, now);
            return true;
        }
    }

    public async ValueTask<AgentMessage> ReceiveAsync(AgentActivity activity)
    {
        await activity.PausePointAsync().ConfigureAwait(false);
        var now = scheduler.Now();
        LinkedListNode<MailReceiver> receiver;
        LinkedList<MailReceiver> receivers;
        var key = activity.NextStep();
        lock (scheduler.Gate)
        {
            var extras = activity.Agent.EnsureExtras();
            if (extras.Mailbox.TryDequeue(out var message))
            {
                ReadLocked(activity.Agent, key, now);
                return message;
            }

            receivers = extras.Receivers;
            receiver = receivers.AddLast(new MailReceiver(key));
        }

        var received = receiver.Value.Message.Task;
        try
        {
            await activity.WaitAsync(AgentWaitKind.Message, target: null, received.WaitAsync(activity.CancellationToken)).ConfigureAwait(false);
            return await received.ConfigureAwait(false);
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
                GiveBack(activity.Agent, await received.ConfigureAwait(false));
            }

            throw;
        }
    }

    private void ReadLocked(AgentInstance agent, string key, Instant now)
    {
        agent.EnsureExtras().Received++;
        if (scheduler.Journal is { } journal && StepIsNew(agent, key))
        {
            journal.RecordReadLocked(agent, key, now);
        }
    }

    // What was read again after a crash is recorded already.
    private static bool StepIsNew(AgentInstance agent, string key) =>
        agent.Extras?.Recorded is not { IsInAttempt: true } recorded || !recorded.Operations.TryGetValue(key, out var known) || !known.HasRead;

    private void GiveBack(AgentInstance agent, AgentMessage message)
    {
        var now = scheduler.Now();
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
                receiver.Value.Message.SetResult(message);
                return;
            }

            // It was the oldest unread one. Rare, so the queue is made anew.
            AgentMessage[] later = [.. extras.Mailbox];
            extras.Mailbox.Clear();
            extras.Mailbox.Enqueue(message);
            Array.ForEach(later, extras.Mailbox.Enqueue);
            extras.Received--;
            scheduler.Journal?.RecordReturnedLocked(agent, now);
        }
    }

    /// <summary>The agent has ended: what it has not read is dropped.</summary>
    public static void CloseLocked(AgentInstance agent) => agent.Extras?.Mailbox.Clear();
}
