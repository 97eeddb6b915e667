namespace AgentOrchestration.Llm.Routing;

/// <summary>What was decided under the pool's gate and is to be done outside it.</summary>
internal struct PoolWork
{
    private List<WaitingCall>? _decided;
    private List<Alarm>? _stopped;
    private Alarm? _started;

    public void Complete(WaitingCall waiting) => (_decided ??= []).Add(waiting);

    public void Stop(Alarm? alarm)
    {
        if (alarm is not null)
        {
            (_stopped ??= []).Add(alarm);
        }
    }

    public void Start(Alarm alarm) => _started = alarm;

    public readonly void Do()
    {
        if (_stopped is not null)
        {
            foreach (var alarm in _stopped)
            {
                alarm.Stop();
            }
        }

        if (_decided is not null)
        {
            foreach (var waiting in _decided)
            {
                waiting.TrySetResult();
            }
        }

        // The alarm is the pool's until it rings or is stopped; a clock may let it ring within this call.
        _ = _started?.RunAsync();
    }
}
