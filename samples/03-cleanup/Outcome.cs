namespace Cleanup;

/// <summary>What was not as expected. Thread-safe.</summary>
internal sealed class Outcome
{
    private readonly List<string> _faults = [];
    private bool _finished;

    public void Expect(bool condition, string fault)
    {
        if (!condition)
        {
            lock (_faults)
            {
                _faults.Add(fault);
            }
        }
    }

    public void Finished() => Volatile.Write(ref _finished, true);

    /// <summary>Prints the outcome.</summary>
    /// <returns>The exit code.</returns>
    public int Report()
    {
        Expect(Volatile.Read(ref _finished), "the sample did not come to its end");
        foreach (var fault in _faults)
        {
            Console.Error.WriteLine($"WRONG: {fault}");
        }

        Console.WriteLine(_faults.Count == 0 ? "All as expected." : $"{_faults.Count} things were wrong.");
        return _faults.Count == 0 ? 0 : 1;
    }
}
