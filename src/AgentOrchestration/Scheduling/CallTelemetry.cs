using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentOrchestration.Diagnostics;

namespace AgentOrchestration.Scheduling;

/// <summary>Instruments of the calls of models and tools.</summary>
internal sealed class CallTelemetry(Meter meter)
{
    private readonly Histogram<double> _tools = meter.CreateHistogram<double>(TelemetryNames.ToolDuration, "s", "How long tools ran, waits within them included.");
    private readonly Histogram<double> _actions = meter.CreateHistogram<double>(TelemetryNames.AutomationDuration, "s", "How long actions on user interfaces took, waits for other agents included.");
    private readonly Histogram<double> _models = meter.CreateHistogram<double>(TelemetryNames.ModelDuration, "s", "How long calls of models took.");
    private readonly Counter<long> _tokens = meter.CreateCounter<long>(TelemetryNames.ModelTokens, "{token}", "Tokens that models read and wrote.");

    public bool IsEnabled => _tools.Enabled || _actions.Enabled || _models.Enabled || _tokens.Enabled;

    public void Measure(AgentEvent change)
    {
        switch (change)
        {
            case ToolCallEnded tool:
                _tools.Record(tool.Duration.TotalSeconds, new(TelemetryNames.ToolNameTag, tool.Tool), new(TelemetryNames.OutcomeTag, SchedulerTelemetry.NameOf(tool.Outcome)));
                break;
            case AutomationPerformed action:
                _actions.Record(
                    action.Duration.TotalSeconds,
                    new(TelemetryNames.AutomationActionTag, SchedulerTelemetry.NameOf(action.Action)),
                    new(TelemetryNames.OutcomeTag, action.Succeeded ? "succeeded" : action.Error is { } error ? SchedulerTelemetry.NameOf(error) : "cancelled"));
                break;
            case ModelCallEnded model:
                var tags = new TagList
                {
                    { TelemetryNames.PurposeTag, SchedulerTelemetry.NameOf(model.Purpose) },
                    { TelemetryNames.ClientTag, model.Client },
                    { TelemetryNames.OutcomeTag, model.Succeeded ? "succeeded" : "failed" },
                };
                _models.Record(model.Duration.TotalSeconds, tags);
                Count(model, "input", model.Usage.InputTokens);
                Count(model, "output", model.Usage.OutputTokens);
                break;
        }
    }

    private void Count(ModelCallEnded model, string type, long tokens) => _tokens.Add(
        tokens,
        new(TelemetryNames.TokenTypeTag, type),
        new(TelemetryNames.PurposeTag, SchedulerTelemetry.NameOf(model.Purpose)),
        new(TelemetryNames.ClientTag, model.Client));
}
