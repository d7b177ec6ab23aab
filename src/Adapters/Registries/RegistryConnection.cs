using System.Net;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// Speaks with one registry: signs in, follows redirects, tries again what may pass. It has its own limit of calls at once and its own
/// pauses, so one registry never holds up another.
/// </summary>
internal sealed class RegistryConnection : IDisposable
{
    private const int Attempts = 3;
    private const int MostRedirects = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    /// <summary>A registry that names a longer wait is asked again after this one.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RegistryHttp _http;
    private readonly SignIn _signIn;
    private readonly SemaphoreSlim _calls;
    private DateTimeOffset _pausedUntil = DateTimeOffset.MinValue;

    public RegistryConnection(RegistryEndpoint endpoint, HttpClient client, RegistryLogins logins, RegistryOptions options, TimeProvider time, ILogger logger)
    {
        (Endpoint, _options, _time, _logger) = (endpoint, options, time, logger);
        _http = new RegistryHttp(endpoint.Host, client, time, logger);
        _signIn = new SignIn(endpoint, _http, logins, time, logger);
        _calls = new SemaphoreSlim(options.ConcurrencyPerHost);
    }

    public RegistryEndpoint Endpoint { get; }

    /// <summary>Set once the registry has turned out not to know HEAD.</summary>
    public bool KnowsNoHead { get; set; }

    /// <summary>Runs a call when one may run. Its time begins only then: waiting for others is not the registry's fault.</summary>
    public async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        await _calls.WaitAsync(cancellationToken);
        try
        {
            return await call(cancellationToken);
        }
        finally
        {
            _calls.Release();
        }
    }

    /// <summary>
    /// The answer to a question: 200, or 404, or for HEAD one that says that HEAD is not known. Everything else is thrown.
    /// </summary>
    /// <exception cref="RegistryException">There is no answer.</exception>
    public async Task<RegistryAnswer> SendAsync(
        HttpMethod method, string repository, string rest, RegistryQuestion question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            ThrowIfPaused(question);
            try
            {
                return await AttemptAsync(method, repository, rest, question, Left, cancellationToken);
            }
            catch (RegistryException e) when (e is { Failure: RegistryFailure.RateLimited, RetryAfter: not null })
            {
                Pause(e.RetryAfter.Value);
                throw;
            }
            catch (TransientFault fault)
            {
                var pause = fault.Failure.RetryAfter ?? (FirstPause * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble()));
                if (attempt == Attempts || pause >= Left())
                {
                    throw fault.Failure;
                }

                _logger.TriesAgain(fault.Failure.Message, attempt, Attempts, pause);
                await Task.Delay(pause, _time, cancellationToken);
            }
        }

        TimeSpan Left() => timeout - _time.GetElapsedTime(begun);
    }

    /// <summary>What is at an address that the registry has given, without signing in.</summary>
    /// <exception cref="RegistryException">There is no such thing, or no answer.</exception>
    public async Task<RegistryAnswer> ReadElsewhereAsync(Uri address, RegistryQuestion question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        try
        {
            var answer = await FollowAsync(HttpMethod.Get, address, null, question, () => timeout - _time.GetElapsedTime(begun), cancellationToken);
            if (answer.Status == HttpStatusCode.OK)
            {
                return answer;
            }

            using (answer)
            {
                throw new RegistryException(
                    Endpoint.Host, RegistryFailure.Malformed, $"{Endpoint.Host} led to {Excerpt.Of(address.Authority)}, which answered {(int)answer.Status}, when asked for {question.Subject}");
            }
        }
        catch (TransientFault fault)
        {
            throw fault.Failure;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();

    private async Task<RegistryAnswer> AttemptAsync(
        HttpMethod method, string repository, string rest, RegistryQuestion question, Func<TimeSpan> left, CancellationToken cancellationToken)
    {
        var address = Endpoint.Address(repository, rest);
        var credential = await _signIn.BeforeAsync(repository, Timeout(left), cancellationToken);
        var answer = await FollowAsync(method, address, credential, question, left, cancellationToken);
        try
        {
            if (answer.Status == HttpStatusCode.Unauthorized
                && await _signIn.AfterAsync(answer.Challenge, credential, repository, Timeout(left), cancellationToken) is { } better)
            {
                answer.Dispose();
                credential = better;
                answer = await FollowAsync(method, address, better, question, left, cancellationToken);
            }

            if (answer.Status is HttpStatusCode.OK or HttpStatusCode.NotFound
                || (method == HttpMethod.Head && answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented))
            {
                return answer;
            }

            throw StatusFault.Of(Endpoint, answer, Endpoint.Host, question.Subject, credential);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Follows redirects by hand: what is sent to sign in goes to the registry's own origin alone.</summary>
    private async Task<RegistryAnswer> FollowAsync(
        HttpMethod method, Uri address, Credential? credential, RegistryQuestion question, Func<TimeSpan> left, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var authorization = Endpoint.IsOrigin(address) ? credential?.Header : null;
            var answer = await _http.SendAsync(method, address, authorization, question, Timeout(left), cancellationToken);
            if (answer.Status is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                return answer;
            }

            answer.Dispose();
            if (redirects == MostRedirects)
            {
                throw Malformed($"redirects more than {MostRedirects} times", question);
            }

            var target = answer.Location is { } location && Uri.TryCreate(address, location, out var absolute) ? absolute : null;
            if (target is null || target.Scheme is not ("http" or "https"))
            {
                throw Malformed("redirects to nowhere", question);
            }

            if (target.Scheme == "http" && address.Scheme == "https")
            {
                throw Malformed($"redirects to plain HTTP, to {Excerpt.Of(target.Authority)},", question);
            }

            address = target;
        }
    }

    private TimeSpan Timeout(Func<TimeSpan> left)
    {
        var rest = left();
        return rest >= _options.RequestTimeout ? _options.RequestTimeout : rest > TimeSpan.FromMilliseconds(1) ? rest : TimeSpan.FromMilliseconds(1);
    }

    private void Pause(TimeSpan wait)
    {
        wait = wait < LongestPause ? wait : LongestPause;
        lock (_calls)
        {
            _pausedUntil = _time.GetUtcNow() + wait;
        }

        _logger.Pauses(Endpoint.Host, wait);
    }

    private void ThrowIfPaused(RegistryQuestion question)
    {
        TimeSpan wait;
        lock (_calls)
        {
            wait = _pausedUntil - _time.GetUtcNow();
        }

        if (wait > TimeSpan.Zero)
        {
            throw new RegistryException(
                Endpoint.Host, RegistryFailure.RateLimited,
                $"{Endpoint.Host} was asked too often and is not asked for {question.Subject} now: it may be asked again in {RegistryHttp.Seconds(wait)}", wait);
        }
    }

    private RegistryException Malformed(string what, RegistryQuestion question) =>
        new(Endpoint.Host, RegistryFailure.Malformed, $"{Endpoint.Host} {what} when asked for {question.Subject}");
}
