namespace AgentOrchestration.Locking;

/// <content>Holds that a parent lends to a child, until the child has ended. They change hands and are never free in between, so that nobody can take them.</content>
internal sealed partial class ResourceLockTable
{
    /// <summary>Lends the holds of these guards, all or none.</summary>
    /// <exception cref="ArgumentException">One of them is not held by the lender itself, or has a lease.</exception>
    /// <exception cref="InvalidOperationException">The lender would keep a hold that excludes what it lends.</exception>
    public void Lend(IReadOnlyList<ResourceGuard> guards, LockOwner lender, LockOwner borrower)
    {
        lock (_waitGate)
        {
            var loans = new List<ResourceLoan>();
            foreach (var guard in guards)
                CollectLoans(guard, lender, borrower, loans);
            foreach (var loan in loans)
                ThrowIfKeptLocked(loan, loans);

            // From now on a guard of the lender that is out of date is looked up here.
            borrower.Loans = [.. loans];
            foreach (var loan in loans)
            {
                lender.Party.AddLentLocked(loan);
                MoveLocked(loan, borrower, isReturned: false);
            }
        }
    }

    /// <summary>The borrower has ended: what it was lent is its lender's again, or free if that one has released it or ended meanwhile.</summary>
    /// <returns>What is to be done outside the gates; null if nothing.</returns>
    public Action? ReturnLoans(LockOwner borrower)
    {
        var freed = default(Freed);
        var completed = default(Completions);
        lock (_waitGate)
        {
            borrower.Close();
            var loans = borrower.Loans;
            foreach (var loan in loans)
            {
                loan.Lender.Party.RemoveLentLocked(loan);
                if (loan.IsReleasedOnReturn || loan.Lender.IsClosed)
                    ReleaseLocked(loan.Grant, HoldEnd.Released, ref freed, ref completed, loan.LentGeneration);
                else
                    MoveLocked(loan, loan.Lender, isReturned: true);
            }

            borrower.Loans = [];
            HandOverLocked(freed, ref completed);

            // Whoever waits for what came back waits for the lender from now on, who may wait itself.
            if (loans is [{ Lender: var lender }, ..])
                RefuseStuckLocked(lender.Party, ref completed);
        }

        return completed.IsEmpty ? null : completed.Run;
    }

    private static void CollectLoans(in ResourceGuard guard, LockOwner lender, LockOwner borrower, List<ResourceLoan> loans)
    {
        var generation = guard.Generation;
        for (var grant = guard.Grant; ;)
        {
            if (grant is null)
                throw new ArgumentException("A guard that is to be lent holds nothing.", nameof(guard));

            grant.Stripe.Enter();
            var isHeld = grant.Generation == generation && ReferenceEquals(grant.Owner, lender);
            var hasLease = isHeld && grant.Lease is not null;
            var loan = isHeld ? new ResourceLoan(grant, generation, lender, borrower) : null;
            var (next, nextGeneration) = (grant.NextOfSet, grant.NextOfSetGeneration);
            grant.Stripe.Exit();
            if (loan is null)
                throw new ArgumentException($"'{lender.Name}' cannot lend {guard.Key}: the guard is released, lent already, or was taken by another activity.", nameof(guard));
            if (hasLease)
                throw new ArgumentException($"'{lender.Name}' cannot lend {guard.Key}: it has a lease, which would end it while it is lent.", nameof(guard));

            if (!loans.Exists(other => ReferenceEquals(other.Grant, grant)))
                loans.Add(loan);
            if (next is null)
                return;

            (grant, generation) = (next, nextGeneration);
        }
    }

    private void ThrowIfKeptLocked(ResourceLoan loan, List<ResourceLoan> loans)
    {
        ResourceKey? kept = null;
        foreach (var stripe in loan.Key.IsContainer ? _stripes : [loan.Grant.Stripe])
        {
            stripe.Enter();
            foreach (var entry in stripe.Entries())
            {
                if (!entry.KeyReference.Equals(loan.Key) && !loan.Key.Covers(entry.KeyReference))
                    continue;

                for (var grant = entry.FirstHolder; grant is not null; grant = grant.Next)
                {
                    var excludes = grant.Mode == ResourceMode.Exclusive || loan.Mode == ResourceMode.Exclusive;
                    if (excludes && (loan.Lender.Inherits(grant.Owner) || grant.Owner.Inherits(loan.Lender)) && !loans.Exists(other => ReferenceEquals(other.Grant, grant)))
                        kept = entry.Key;
                }
            }

            stripe.Exit();
        }

        if (kept is { } key)
            throw new InvalidOperationException($"'{loan.Lender.Name}' cannot lend {loan.Key}: it would keep another hold of {key}. Lend that too, or release it first.");
    }

    // A guard that was disposed meanwhile is not lent, or returned, any more.
    private void MoveLocked(ResourceLoan loan, LockOwner owner, bool isReturned)
    {
        var grant = loan.Grant;
        grant.Stripe.Enter();
        var isAlive = grant.Generation == (isReturned ? loan.LentGeneration : loan.Generation);
        if (isAlive)
        {
            owner.Party.MarkHolding(this, grant.Stripe.Index);
            grant.MoveTo(owner, isReturned);
            if (!isReturned)
                loan.LentGeneration = grant.Generation;
        }

        grant.Stripe.Exit();
        if (isAlive && loan.Key.IsContainer)
            MoveClaimLocked(grant, owner);
    }

    // Its guard is disposed while somebody else has what it held.
    private void ReleaseOnReturn(ResourceGrant grant, long generation)
    {
        lock (_waitGate)
        {
            for (var next = grant; next is not null && FindLoan(next, generation) is { } loan; next = next.NextOfSet)
            {
                loan.IsReleasedOnReturn = true;
                generation = next.NextOfSetGeneration;
            }
        }
    }

    // With the wait gate held, or that of the grant's stripe.
    private static ResourceLoan? FindLoan(ResourceGrant grant, long generation)
    {
        foreach (var loan in grant.Owner.Loans)
        {
            if (ReferenceEquals(loan.Grant, grant) && loan.Generation == generation)
                return loan;
        }

        return null;
    }

    // Whether the owner was lent the resource, or a container of it, by whoever holds this container: that one does not keep it out of its own.
    private static bool IsLentFrom(ContainerClaim outer, in ResourceKey key, LockOwner owner)
    {
        for (var borrower = owner; borrower is not null; borrower = borrower.Parent)
        {
            foreach (var loan in borrower.Loans)
            {
                if (loan.HasMoved && (loan.Key.Equals(key) || loan.Key.Covers(key)) && outer.Key.Covers(loan.Key)
                    && (loan.Lender.Inherits(outer.Owner) || IsLentFrom(outer, loan.Key, loan.Lender)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // A wait for what the owner has lent itself: it ends with the borrower, for whom there are calls that say so.
    private static InvalidOperationException? FindLent(LockWaiter waiter)
    {
        var owner = waiter.Owner;
        foreach (var loan in owner.Party.LentLocked)
        {
            foreach (var node in waiter.Nodes)
            {
                ref readonly var key = ref node.Entry.KeyReference;
                var excludes = node.Mode == ResourceMode.Exclusive || loan.Mode == ResourceMode.Exclusive;
                if (excludes && owner.Inherits(loan.Lender) && (key.Equals(loan.Key) || key.Covers(loan.Key) || loan.Key.Covers(key)))
                    return new InvalidOperationException($"'{owner.Name}' asks for {key}, but has lent {loan.Key} to '{loan.Borrower.Name}' until that ends. Wait for the child first.");
            }
        }

        return null;
    }
}
