using ParallelCodeAnalysis.Analysis;

namespace ParallelCodeAnalysis.Agents;

/// <summary>What one agent has found so far. Written by the agent; may be read meanwhile.</summary>
internal sealed class FindingLog
{
    private readonly Lock _gate = new();
    private readonly List<Finding> _findings = [];
    private int _knownAlready;
    private AnalysisProgress _progress;

    /// <summary>How many were found.</summary>
    public int Count
    {
        get { lock (_gate) return _findings.Count; }
    }

    /// <summary>How many more were left out, because somebody had found them before.</summary>
    public int KnownAlready
    {
        get { lock (_gate) return _knownAlready; }
    }

    /// <summary>How far the analysis has come.</summary>
    public AnalysisProgress Progress
    {
        get { lock (_gate) return _progress; }
        set { lock (_gate) _progress = value; }
    }

    /// <summary>Keeps a finding that is new; counts one that is not.</summary>
    public void Add(Finding finding, bool isNew)
    {
        lock (_gate)
        {
            if (isNew) _findings.Add(finding);
            else _knownAlready++;
        }
    }

    /// <summary>The findings at this moment.</summary>
    public IReadOnlyList<Finding> ToList()
    {
        lock (_gate) return [.. _findings];
    }
}
