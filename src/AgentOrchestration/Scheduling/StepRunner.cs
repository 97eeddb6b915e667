using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Durability;

namespace AgentOrchestration.Scheduling;

/// <summary>Runs steps whose values are kept, or recalls them.</summary>
internal sealed class StepRunner(AgentScheduler scheduler)
{
    public async ValueTask<T> RunAsync<T>(AgentActivity activity, string name, Func<AgentContext, CancellationToken, ValueTask<T>> run, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken)
    {
        await activity.PausePointAsync().ConfigureAwait(false);
        var step = activity.NextStepNumber();
        if (activity.Recorded is not null && scheduler.Recall.FindStep(activity, activity.KeyOf(step), name) is { } known)
        {
            return known.Value.Deserialize(typeInfo)!;
        }

        T value;
        using (activity.Enter(step))
        {
            value = await RunAsync(activity, run, cancellationToken).ConfigureAwait(false);
        }

        if (scheduler.Journal is { } journal)
        {
            var written = Write(name, value, typeInfo);
            var now = scheduler.Now();
            lock (scheduler.Gate)
            {
                activity.AttemptOfActivity.ThrowIfEndedLocked();
                journal.RecordStepLocked(activity.Agent, activity.KeyOf(step), scheduler.Secrets?.Redact(written) ?? written, now);
            }

            await scheduler.AcknowledgeAsync(activity.CancellationToken).ConfigureAwait(false);
        }

        return value;
    }

    private static async ValueTask<T> RunAsync<T>(AgentActivity activity, Func<AgentContext, CancellationToken, ValueTask<T>> run, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || cancellationToken == activity.CancellationToken)
        {
            return await run(activity, activity.CancellationToken).ConfigureAwait(false);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(activity.CancellationToken, cancellationToken);
        return await run(activity, stop.Token).ConfigureAwait(false);
    }

    private static byte[] Write<T>(string name, T value, JsonTypeInfo<T> typeInfo) =>
        JsonSerializer.SerializeToUtf8Bytes(new RecordedStep(name, JsonSerializer.SerializeToElement(value, typeInfo)), RecordJson.Default.RecordedStep);
}
