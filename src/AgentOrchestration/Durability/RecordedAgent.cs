namespace AgentOrchestration.Durability;

/// <summary>What is recorded of one agent, as the sum of its records.</summary>
internal sealed class RecordedAgent(AgentSpawned spawned, string? key)
{
    private int _received;
    private int _receivedAtStart;
    private RecordedCheckpoint? _checkpointAtStart;

    public AgentId Id { get; } = spawned.AgentId!.Value;

    public RunId? Run { get; } = spawned.RunId;

    public AgentId? ParentId { get; } = spawned.ParentId;

    public AgentGoal Goal { get; } = spawned.Goal;

    public string Name { get; } = spawned.Name;

    /// <summary>The name under which its code is registered; null if it was handed over and cannot be found again.</summary>
    public string? Agent { get; } = spawned.Agent;

    public DateTimeOffset SpawnedAt { get; } = spawned.Timestamp;

    /// <summary>The step of its parent that spawned it, or its goal's place in a run.</summary>
    public string? Key { get; } = key;

    /// <summary>Attempts that were started.</summary>
    public int Attempts { get; private set; }

    /// <summary>The last attempt has not ended.</summary>
    public bool IsInAttempt { get; private set; }

    /// <summary>When the next attempt is due, between two.</summary>
    public AgentRetrying? Retrying { get; private set; }

    public bool IsPaused { get; private set; }

    public List<AgentMessage> Messages { get; } = [];

    /// <summary>How many of the messages were read before what it does next: by earlier attempts, if the last one has not ended.</summary>
    public int ReceivedBefore => IsInAttempt ? _receivedAtStart : _received;

    public RecordedCheckpoint? Checkpoint { get; private set; }

    /// <summary>The steps of the last attempt, by their keys.</summary>
    public Dictionary<string, RecordedOperation> Operations { get; } = new(StringComparer.Ordinal);

    /// <summary>The children of the last attempt, by the keys of the steps that spawned them.</summary>
    public Dictionary<string, RecordedAgent> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>The runs that the last attempt started, by the keys of the steps that did.</summary>
    public Dictionary<string, RecordedRun> Runs { get; } = new(StringComparer.Ordinal);

    public RecordedEnding? Ending { get; private set; }

    public AgentResult? Result { get; private set; }

    /// <summary>What it used itself.</summary>
    public AgentUsage Usage { get; private set; } = AgentUsage.None;

    /// <summary>What its children, and runs that it started, used, those of earlier attempts included.</summary>
    public AgentUsage UsageBelow { get; set; } = AgentUsage.None;

    public void Apply(AgentEvent change, string? recordKey)
    {
        switch (change)
        {
            case AgentStarted started when IsInAttempt && started.Attempt == Attempts:
                // The same one, which goes on after a crash with what it had.
                break;
            case AgentStarted started:
                Attempts = started.Attempt;
                IsInAttempt = true;
                Retrying = null;
                _receivedAtStart = _received;
                _checkpointAtStart = Checkpoint;
                Operations.Clear();
                Children.Clear();
                Runs.Clear();
                break;
            case AgentRetrying retrying:
                IsInAttempt = false;
                Retrying = retrying;
                break;
            case AgentPaused:
                IsPaused = true;
                break;
            case AgentResumed:
                IsPaused = false;
                break;
            case AgentMessageAccepted accepted:
                Messages.Add(accepted.Message);
                break;
            case ModelCallEnded ended:
                Usage += ended.Usage with { ModelCalls = 1, CallTime = ended.Duration };
                break;
            case ToolCallStarted started when recordKey is not null:
                Operation(recordKey).ToolStarted = started;
                Usage += new AgentUsage { ToolCalls = 1 };
                break;
            case ToolCallEnded ended when recordKey is not null:
                Operation(recordKey).ToolEnded = ended;
                Usage += new AgentUsage { CallTime = ended.Duration };
                break;
            case ApprovalRequested requested when recordKey is not null:
                Operation(recordKey).Approval = requested.Request;
                break;
            case ApprovalAnswered answered when recordKey is not null:
                Operation(recordKey).Answered = answered;
                break;
            case AgentCompleted completed:
                Result = completed.Result;
                break;
            case AgentFailed failed:
                Result = failed.Result;
                break;
            case AgentCancelled cancelled:
                Result = cancelled.Result;
                break;
        }
    }

    /// <summary>How it ended, in a replay, where it is to do so again.</summary>
    public AgentResult? ReplayedResult { get; private set; }

    /// <summary>Lets it begin its last attempt again, with everything that is recorded of it at hand.</summary>
    public void Rewind()
    {
        (ReplayedResult, Result) = (Result, null);
        (IsInAttempt, Retrying, Ending, IsPaused) = (Attempts > 0, null, null, false);
        Checkpoint = _checkpointAtStart;
    }

    public void ApplyRead(string recordKey)
    {
        _received++;
        Operation(recordKey).HasRead = true;
    }

    public void ApplyAddedGoals(string recordKey) => Operation(recordKey).HasAddedGoals = true;

    public void ApplyReturned() => _received--;

    public void Apply(RecordedEnding ending) => Ending = ending;

    public void Apply(string recordKey, RecordedStep step) => Operation(recordKey).Step = step;

    public void Apply(string recordKey, RecordedToolError error) => Operation(recordKey).ToolError = error;

    public void Apply(string? recordKey, byte[] checkpoint) => Checkpoint = new RecordedCheckpoint(checkpoint, recordKey, _received);

    private RecordedOperation Operation(string recordKey)
    {
        if (!Operations.TryGetValue(recordKey, out var operation))
        {
            Operations.Add(recordKey, operation = new RecordedOperation());
        }

        return operation;
    }
}
