using System.Diagnostics.CodeAnalysis;
using System.Net;
using Basewatch.Core.Ports;
using Basewatch.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// Lets requests to one registry through, as many and as often as it takes. What it takes is learnt from its answers: the number at
/// once and the rate fall by a factor when it has had enough, and grow slowly while it answers. The first request goes alone, so that
/// a registry that is not there, or wants a sign-in, is asked once and not by everyone at a time. Who waits, waits here and holds up
/// no other registry; a short pause is sat out by all together, and a long one is told to all at once.
/// </summary>
internal sealed class HostLimiter : IDisposable
{
    /// <summary>Times that a registry is tried to be reached.</summary>
    public const int Attempts = 3;

    /// <summary>The longest pause that is sat out.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private const double LeastRate = 0.5;
    private const double MostRate = 500;
    private const double RateStep = 0.05;
    private const double RateCut = 0.7;
    private const int RememberedStarts = 32;

    private static readonly TimeSpan RememberedTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestGiveUp = TimeSpan.FromMinutes(15);

    /// <summary>A registry that names a longer wait is asked again after this one.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly string _host;
    private readonly int _most;
    private readonly string _advice;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<bool>> _queue = new();
    private readonly Queue<long> _starts = new();
    private readonly ITimer _timer;

    private int _running;
    private double _room;
    private double _rate = double.PositiveInfinity;
    private long? _remaining;
    private long _nextStart;
    private bool _isHeard;
    private bool _isOpen;

    private Pause? _pause;
    private Pause? _pullPause;
    private int _throttles;
    private int _failures;
    private int _giveUps;
    private long _throttledUntil = long.MinValue;
    private long _lastFailure = long.MinValue;
    private long _lastAnswer = long.MinValue;

    /// <summary>A limiter that has not heard of its registry yet.</summary>
    /// <param name="host">As images name it.</param>
    /// <param name="most">Requests at once, at most.</param>
    /// <param name="advice">What helps against limits, for people, behind what is told of them.</param>
    /// <param name="time">The clock of all waits.</param>
    /// <param name="logger">Is told of long pauses.</param>
    public HostLimiter(string host, int most, string advice, TimeProvider time, ILogger logger)
    {
        (_host, _most, _advice, _time, _logger, _room) = (host, most, advice, time, logger, most);
        _timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether all calls pause just now.</summary>
    public bool IsPaused
    {
        get
        {
            lock (_gate)
            {
                return _pause is { } pause && pause.End > _time.GetTimestamp();
            }
        }
    }

    private bool IsThrottled => _room < _most || _rate < MostRate || _pause is not null;

    /// <summary>Waits until a request may be made. What is returned is disposed when it has been answered.</summary>
    /// <param name="isPull">Whether the registry counts it as a pull, if it counts pulls.</param>
    /// <param name="left">What a registry that has had enough may make it wait.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="RegistryException">It may not be made within that time.</exception>
    public async Task<IDisposable> EnterAsync(bool isPull, TimeSpan left, CancellationToken cancellationToken)
    {
        while (true)
        {
            var place = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                ThrowIfPaused(isPull, left);
                _queue.Enqueue(place);
                Advance();
            }

            if (place.Task is { IsCompletedSuccessfully: true, Result: true } || await WaitAsync(place, left, cancellationToken))
            {
                return new Turn(this);
            }
        }
    }

    /// <summary>Learns from an answer.</summary>
    /// <param name="answer">Any answer of the registry or its sign-in service.</param>
    /// <param name="who">Who gave it, for people.</param>
    /// <param name="isPull">Whether the registry counts the question as a pull, if it counts pulls.</param>
    /// <param name="begun">The timestamp when it was asked for.</param>
    public void Learn(RegistryAnswer answer, string who, bool isPull, long begun)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _lastAnswer = now;
            if (begun >= _lastFailure)
            {
                // After a 401 comes the sign-in, which the others need too: until then the first goes on alone.
                (_isHeard, _failures, _giveUps) = (true, 0, 0);
                _isOpen |= answer.Status != HttpStatusCode.Unauthorized;
            }

            var quota = answer.Quota;
            if (quota.Remaining is { } left)
            {
                RequestInstruments.NoteRateLimit(_host, quota.IsOfPulls ? "pulls" : "requests", left);
            }

            var isOutOfPulls = isPull && answer.IsOutOfPulls;
            if (quota.IsOfPulls || isOutOfPulls)
            {
                NotePulls(answer, quota with { Remaining = isOutOfPulls ? 0 : quota.Remaining }, who);
            }

            if (answer.IsThrottled)
            {
                if (!isOutOfPulls)
                {
                    Throttle(answer, who, begun, now);
                }
            }
            else
            {
                Grow(begun);
                _remaining = quota.IsOfPulls ? null : quota.Remaining;
                if (quota is { IsOfPulls: false, Remaining: 0, Reset: { Ticks: > 0 } reset })
                {
                    Stop(reset, RegistryFailure.RateLimited, $"{who} takes no more requests for now");
                    _remaining = null;
                }
            }

            Advance();
        }
    }

    /// <summary>Learns that the registry could not be reached, or did not answer.</summary>
    /// <param name="message">What is wrong with it, for people, whatever was asked for.</param>
    /// <param name="mayPass">Whether it may be otherwise a moment later.</param>
    /// <param name="isSilent">Whether it was reached and did not answer in time.</param>
    /// <param name="begun">The timestamp when it was asked.</param>
    /// <returns>How long it is not asked again, where that is long enough to be told.</returns>
    public TimeSpan? Fail(string message, bool mayPass, bool isSilent, long begun)
    {
        lock (_gate)
        {
            // Requests that were under way together fail together, and an answer that came meanwhile says more.
            if (begun < _lastFailure || begun < _lastAnswer)
            {
                return LongPause();
            }

            _lastFailure = _time.GetTimestamp();
            _failures = mayPass || isSilent ? _failures + 1 : Attempts;
            if (_failures >= Attempts)
            {
                var wait = GiveUp * Math.Pow(2, Math.Min(_giveUps++, 10));
                Stop(wait < LongestGiveUp ? wait : LongestGiveUp, RegistryFailure.Unreachable, message, isDated: false);
                _failures = Attempts - 1;
            }
            else if (isSilent)
            {
                // It may be slow with this alone: the others need not wait one after another.
                _isOpen = true;
            }
            else
            {
                Stop(Jittered(FirstPause * Math.Pow(2, _failures - 1)), RegistryFailure.Unreachable, message, isDated: false);
            }

            Advance();
            return LongPause();
        }
    }

    /// <summary>Whether a failure has led to a long pause, and what all are told of that.</summary>
    public bool IsToldOf(RegistryException failure, [NotNullWhen(true)] out RegistryException? told)
    {
        lock (_gate)
        {
            told = failure.Failure is RegistryFailure.RateLimited or RegistryFailure.ServerError && LongPause() is { } wait && _pause!.Failure == failure.Failure
                ? new RegistryException(_host, failure.Failure, _pause.Message, failure.RetryAfter ?? wait, failure)
                : null;
            return told is not null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private async Task<bool> WaitAsync(TaskCompletionSource<bool> place, TimeSpan left, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await place.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), _time, cancellationToken);
            }
            catch (TimeoutException)
            {
                lock (_gate)
                {
                    // Waiting for others is not the registry's fault, unless it lets too few through.
                    if (IsThrottled && place.TrySetCanceled(CancellationToken.None))
                    {
                        throw new RegistryException(
                            _host, _pause?.Failure ?? RegistryFailure.RateLimited, _pause?.Message ?? $"{_host} was asked too often, and lets too few requests through to ask it everything", FirstPause);
                    }
                }
            }
            catch (OperationCanceledException)
            {
                if (!place.TrySetCanceled(CancellationToken.None) && await place.Task)
                {
                    Leave();
                }

                throw;
            }
        }
    }

    private TimeSpan? LongPause() => _pause is { } pause && Until(pause.End, _time.GetTimestamp()) is var wait && wait > LongestWait ? wait : null;

    private void ThrowIfPaused(bool isPull, TimeSpan left)
    {
        var now = _time.GetTimestamp();
        if (_pause is { } pause && Until(pause.End, now) is var wait && (wait > LongestWait || (wait > TimeSpan.Zero && wait > left)))
        {
            throw new RegistryException(_host, pause.Failure, pause.Message, wait);
        }

        if (isPull && _pullPause is { } pulls && Until(pulls.End, now) is { Ticks: > 0 } rest)
        {
            throw new RegistryException(_host, pulls.Failure, pulls.Message, rest);
        }
    }

    /// <summary>Lets go who may. Under the lock.</summary>
    private void Advance()
    {
        var now = _time.GetTimestamp();
        if (_pause is not null && _pause.End <= now)
        {
            _pause = null;
        }

        while (_queue.TryPeek(out var next))
        {
            if (next.Task.IsCompleted)
            {
                _queue.Dequeue();
                continue;
            }

            var room = !_isOpen ? 1 : (int)Math.Max(1, Math.Min(_room, _remaining ?? _most));
            if (_running >= room)
            {
                return;
            }

            var start = Math.Max(_pause?.End ?? now, _nextStart);
            if (start > now)
            {
                // A timer may fire a little early.
                _timer.Change(Until(start, now) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }

            _queue.Dequeue();
            if (next.TrySetResult(true))
            {
                _running++;
                NoteStart(now);
            }
        }
    }

    private void NoteStart(long now)
    {
        _starts.Enqueue(now);
        while (_starts.Count > RememberedStarts || _time.GetElapsedTime(_starts.Peek(), now) > RememberedTime)
        {
            _starts.Dequeue();
        }

        if (_remaining > 0)
        {
            _remaining--;
        }

        _nextStart = _rate >= MostRate ? 0 : Math.Max(_nextStart, now) + Ticks(Jittered(TimeSpan.FromSeconds(1 / _rate)));
    }

    private void Grow(long begun)
    {
        if (begun < _throttledUntil)
        {
            return;
        }

        _throttles = 0;
        _room = Math.Min(_most, _room + (1 / _room));
        _rate = _rate >= MostRate ? double.PositiveInfinity : _rate + RateStep;
    }

    private void Throttle(RegistryAnswer answer, string who, long begun, long now)
    {
        if (begun >= _throttledUntil)
        {
            // One round of requests is one reason to slow down, also those of it that are on their way out when the first is refused.
            _throttles++;
            _room = Math.Max(1, Math.Floor(_room / 2));
            if (_starts.Count >= 8 && _starts.Peek() < now)
            {
                _rate = Math.Max(LeastRate, RateCut * Math.Min(_rate, _starts.Count / _time.GetElapsedTime(_starts.Peek(), now).TotalSeconds));
            }
        }

        var isFull = answer.IsRateLimited;
        var backoff = Jittered(FirstPause * Math.Pow(2, Math.Min(_throttles - 1, isFull ? 10 : 3)));
        backoff = backoff < LongestBackoff ? backoff : LongestBackoff;
        var asked = answer.RetryAfter ?? (answer.Quota is { IsOfPulls: false, Remaining: 0 } quota ? quota.Reset : null);
        var wait = asked > backoff ? asked.Value + (Random.Shared.NextDouble() * 0.1 * FirstPause) : backoff;
        _throttledUntil = Math.Max(_throttledUntil, now + Ticks(wait < LongestPause ? wait : LongestPause));
        Stop(
            wait, isFull ? RegistryFailure.RateLimited : RegistryFailure.ServerError,
            isFull ? $"{who} was asked too often ({answer.StatusText})" : $"{who} answered {answer.StatusText}");
    }

    private void NotePulls(RegistryAnswer answer, RateLimitQuota quota, string who)
    {
        if (quota.Remaining > 0)
        {
            _pullPause = null;
        }
        else if (quota.Remaining == 0 && (_pullPause is null || _pullPause.End <= _time.GetTimestamp()))
        {
            // The window moves on with the time, and no answer says when the next pull is free. A HEAD tells, whenever one is made.
            var wait = quota.Window is { } window && window < LongestPause ? window : LongestPause;
            var source = answer.PullSource is { } counted ? $" for {counted}" : "";
            var of = quota is { Limit: { } limit, Window: { } all } ? $" ({limit} in {RateLimitQuota.Words(all)}{source})" : "";
            _pullPause = new Pause(_time.GetTimestamp() + Ticks(wait), RegistryFailure.RateLimited, $"{who} has no pull left{of}: manifests can't be read for now{_advice}");
            _logger.HasNoPullLeft(_host, wait);
        }
    }

    /// <summary>Pauses, if it doesn't already for longer. A long pause sends everyone away who waits.</summary>
    private void Stop(TimeSpan wait, RegistryFailure failure, string message, bool isDated = true)
    {
        wait = wait < LongestPause ? wait : LongestPause;
        var end = _time.GetTimestamp() + Ticks(wait);
        if (_pause?.End >= end)
        {
            return;
        }

        // The same words for everyone: whoever tells of it can tell it once.
        var text = isDated && wait > LongestWait ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{message}: it wants {RegistryHttp.Seconds(wait)} without requests, until {_time.GetUtcNow() + wait:HH:mm:ss} UTC{(failure == RegistryFailure.RateLimited ? _advice : "")}") : message;
        _pause = new Pause(end, failure, text);
        if (wait > LongestWait)
        {
            (_isOpen, _isHeard) = (false, false);
            _logger.Pauses(_host, wait);
            while (_queue.TryDequeue(out var place))
            {
                place.TrySetResult(false);
            }
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _running--;
            _isOpen |= _isHeard;
            Advance();
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Advance();
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan Until(long end, long now) => end <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, end);

    private static TimeSpan Jittered(TimeSpan wait) => wait * (0.75 + (Random.Shared.NextDouble() * 0.5));

    private sealed record Pause(long End, RegistryFailure Failure, string Message);

    private sealed class Turn(HostLimiter limiter) : IDisposable
    {
        private HostLimiter? _limiter = limiter;

        public void Dispose() => Interlocked.Exchange(ref _limiter, null)?.Leave();
    }
}
