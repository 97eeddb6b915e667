namespace AgentOrchestration.Llm.Routing;

/// <summary>One call on its way to an answer: which clients are left to try, what the others said, and how long it has waited. Belongs to one flow of control.</summary>
internal sealed class RoutedCall(LlmRouter router, LlmRequest request, ulong candidates, CancellationToken cancellationToken)
{
    private List<ModelFailure>? _failures;
    private ulong _left = candidates;
    private ModelClient? _throttledBy;
    private ModelFailure? _throttling;
    private TimeSpan _waited;
    private long _ticket;

    /// <summary>Asks one client after another until one answers.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="streamed">Whether the answer is to be streamed: then it is there when its first part is, and <see cref="CloseAsync"/> ends it.</param>
    public async ValueTask<ModelOutcome> AskAsync(ModelQuestion question, bool streamed)
    {
        while (true)
        {
            var place = await EnterAsync().ConfigureAwait(false);
            var call = new ModelCall(place, question, router.Time.GetTimestamp(), cancellationToken);
            var outcome = ModelOutcome.Cancelled;
            try
            {
                Tell(place.Client);
                outcome = streamed ? await place.Client.OpenAsync(call).ConfigureAwait(false) : await place.Client.CallAsync(call).ConfigureAwait(false);
            }
            finally
            {
                // Also where code of the host threw that must not: its listener to routes, or its classifier.
                if (outcome.Stream is null)
                {
                    Leave(call, outcome);
                }
            }

            if (outcome.End == CallEnd.Answered)
            {
                return outcome;
            }

            Note(call, outcome);
        }
    }

    /// <summary>Throws if the answer broke off.</summary>
    public void ThrowIfCut(ModelOutcome outcome)
    {
        if (outcome.End == CallEnd.Cancelled)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        if (outcome.Failure is { } failure)
        {
            throw Failed(failure, $"The answer of client {failure} broke off. What had come of it was given on, so no other client was tried; see the inner exception.");
        }
    }

    /// <summary>Ends a streamed answer.</summary>
    /// <param name="stream">The answer.</param>
    /// <param name="end">How it ended; <see cref="CallEnd.Cancelled"/> if the caller wants no more of it.</param>
    public async ValueTask CloseAsync(ModelStream stream, ModelOutcome end)
    {
        var closing = stream.CloseAsync();
        try
        {
            // A client that failed or is deaf may not close either.
            if (end.Failure is null && !cancellationToken.IsCancellationRequested)
            {
                await closing.ConfigureAwait(false);
            }
        }
        finally
        {
            Leave(stream.Call, end with { LeftBehind = closing });
        }
    }

    private async ValueTask<Place> EnterAsync()
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_left == 0)
            {
                throw NoneLeft();
            }

            if (router.Pool.TryEnter(_left, out var free))
            {
                return free;
            }

            if (await WaitAsync().ConfigureAwait(false) is { } given)
            {
                return given;
            }
        }
    }

    // Null: no client is left that could give a place.
    private async ValueTask<Place?> WaitAsync()
    {
        var patience = router.MaxWait - _waited;
        if (patience < TimeSpan.Zero || !router.Pool.TryWait(_left, request.Priority, ref _ticket, patience, out var waiting))
        {
            throw TooLong();
        }

        var start = router.Time.GetTimestamp();
        var end = WaitEnd.Granted;
        try
        {
            end = await EndOfAsync(waiting, patience).ConfigureAwait(false);
        }
        finally
        {
            var waited = router.Time.GetElapsedTime(start);
            _waited += waited;
            router.Telemetry.WaitOver(request.Purpose, end, waited);
        }

        switch (end)
        {
            case WaitEnd.Cancelled:
                throw new OperationCanceledException(cancellationToken);
            case WaitEnd.TimedOut:
                throw TooLong();
            default:
                if (waiting.Failures.Count > 0)
                {
                    (_failures ??= []).AddRange(waiting.Failures);
                }

                _left = waiting.Candidates;
                return waiting.Place;
        }
    }

    private async ValueTask<WaitEnd> EndOfAsync(WaitingCall waiting, TimeSpan patience)
    {
        try
        {
            var granted = waiting.Task.WaitAsync(patience, router.Time, cancellationToken);
            if (request.Wait is { } wait)
            {
                await wait(granted).ConfigureAwait(false);
            }
            else
            {
                await granted.ConfigureAwait(false);
            }
        }
        catch (TimeoutException)
        {
            if (router.Pool.TryWithdraw(waiting))
            {
                return WaitEnd.TimedOut;
            }

            // Decided at the same moment: that counts.
        }
        catch (OperationCanceledException)
        {
            GiveUp(waiting);
            return WaitEnd.Cancelled;
        }
        catch
        {
            // The caller's way of waiting failed.
            GiveUp(waiting);
            throw;
        }

        return waiting.Place is null ? WaitEnd.Refused : WaitEnd.Granted;
    }

    private void GiveUp(WaitingCall waiting)
    {
        if (!router.Pool.TryWithdraw(waiting) && waiting.Place is { } unused)
        {
            router.Pool.Leave(unused, ModelOutcome.Cancelled);
        }
    }

    private void Tell(ModelClient client) => request.Routed?.Invoke(client.RouteFor(
        client == _throttledBy ? LlmRouteReason.Retried
        : _throttledBy is not null || _failures is not null ? LlmRouteReason.FailedOver
        : LlmRouteReason.Selected));

    private void Leave(ModelCall call, ModelOutcome outcome)
    {
        router.Pool.Leave(call.Place, outcome);
        router.Telemetry.CallOver(call.Client.Name, request.Purpose, outcome.End, router.Time.GetElapsedTime(call.Start));
    }

    private void Note(ModelCall call, ModelOutcome outcome)
    {
        switch (outcome.End)
        {
            case CallEnd.NotAdmitted:
                break;
            case CallEnd.Cancelled:
                throw new OperationCanceledException(cancellationToken);
            case CallEnd.Rejected:
                throw Failed(outcome.Failure!, $"Client {outcome.Failure} refused a call for '{RouterTelemetry.NameOf(request.Purpose)}'. The request is at fault, so no other client was tried; see the inner exception.");
            case CallEnd.Throttled:
                (_throttledBy, _throttling) = (call.Client, outcome.Failure);
                _waited += router.Time.GetElapsedTime(call.Start);
                break;
            default:
                (_failures ??= []).Add(outcome.Failure!);
                _throttledBy = null;
                _left &= ~call.Client.Bit;
                router.Telemetry.CallFailed(outcome.Failure!, _left != 0);
                break;
        }
    }

    private LlmCallException NoneLeft() => Failed(
        _failures![^1],
        $"No client answered a call for '{RouterTelemetry.NameOf(request.Purpose)}': {string.Join(", ", _failures)}. Each that suits it is tried once; the inner exception is the last failure.");

    private LlmCallException Failed(ModelFailure last, string message) => new(
        last.Meaning.Kind,
        [.. (_failures ?? []).Select(static failure => failure.Client).Append(last.Client).Distinct(StringComparer.Ordinal)],
        message,
        last.Exception);

    private TimeoutException TooLong() => new(
        $"A call for '{RouterTelemetry.NameOf(request.Purpose)}' waited {_waited} for {router.NamesOf(_left)}, and may wait {router.MaxWait} in all, which would not do. " +
        $"Raise {nameof(LlmOptions)}.{nameof(LlmOptions.MaxWait)} or the limits of the clients, or add clients.",
        _throttling?.Exception);
}
