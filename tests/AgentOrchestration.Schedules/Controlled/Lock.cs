using AgentOrchestration;

namespace System.Threading;

/// <summary>Stands in for the gate of .NET, which Coyote does not know; by its full name, so that the <c>lock</c> statement uses it.</summary>
/// <remarks>
/// Entering it, and what comes after leaving it, are choices of schedule. A monitor would offer the first only, and hand itself on in order: then nothing could come between
/// a decision made with the gate held and what is done about it outside.
/// </remarks>
internal sealed class Lock
{
    private int _gate;
    private int _holder;
    private int _depth;

    public bool IsHeldByCurrentThread => _holder == Environment.CurrentManagedThreadId;

    public void Enter()
    {
        if (!IsHeldByCurrentThread)
        {
            ControlledGate.Take(ref _gate);
            _holder = Environment.CurrentManagedThreadId;
        }

        _depth++;
    }

    public void Exit()
    {
        if (!IsHeldByCurrentThread)
        {
            throw new SynchronizationLockException();
        }

        if (--_depth == 0)
        {
            _holder = 0;
            ControlledGate.Give(ref _gate);
        }
    }

    public Scope EnterScope()
    {
        Enter();
        return new Scope(this);
    }

    public readonly ref struct Scope(Lock gate)
    {
        public void Dispose() => gate.Exit();
    }
}
