using System.Net;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// Speaks with one registry: signs in, follows redirects, tries again what may pass. It has its own limiter, so one registry never
/// holds up another.
/// </summary>
internal sealed class RegistryConnection : IDisposable
{
    private const int MostRedirects = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RegistryHttp _http;
    private readonly SignIn _signIn;
    private readonly HostLimiter _limiter;

    public RegistryConnection(RegistryEndpoint endpoint, HttpClient client, RegistryLogins logins, RegistryOptions options, TimeProvider time, ILogger logger)
    {
        (Endpoint, _options, _time, _logger) = (endpoint, options, time, logger);
        _limiter = new HostLimiter(endpoint.Host, options.ConcurrencyPerHost, StatusFault.Advice(endpoint), time, logger);
        _http = new RegistryHttp(endpoint, _limiter, client, time, logger);
        _signIn = new SignIn(endpoint, _http, logins, time, logger);
    }

    public RegistryEndpoint Endpoint { get; }

    /// <summary>Set once the registry has turned out not to know HEAD.</summary>
    public bool KnowsNoHead { get; set; }

    /// <summary>
    /// The answer to a question: 200, or 404, or 304 where an answer is held, or for HEAD one that says that HEAD is not known.
    /// Everything else is thrown. Its time runs while it is asked and while the registry pauses, not while others are before it.
    /// </summary>
    /// <exception cref="RegistryException">There is no answer.</exception>
    public async Task<RegistryAnswer> SendAsync(
        HttpMethod method, string repository, string rest, RegistryQuestion question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var spent = TimeSpan.Zero;
        TransientFault? fault = null;
        for (var attempt = 1; ; attempt++)
        {
            RegistryException? told;
            var waited = _time.GetTimestamp();
            using (await _limiter.EnterAsync(RegistryHttp.IsPull(method, question), timeout - spent, cancellationToken))
            {
                spent += fault is { IsOfHost: true } ? _time.GetElapsedTime(waited) : TimeSpan.Zero;
                var begun = _time.GetTimestamp();
                try
                {
                    return await AttemptAsync(method, repository, rest, question, () => timeout - spent - _time.GetElapsedTime(begun), cancellationToken);
                }
                catch (TransientFault e)
                {
                    fault = e;
                }
                catch (RegistryException e) when (_limiter.IsToldOf(e, out told))
                {
                    throw told;
                }

                spent += _time.GetElapsedTime(begun);
            }

            var pause = fault.IsOfHost && _limiter.IsPaused ? TimeSpan.Zero : fault.Failure.RetryAfter ?? (FirstPause * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble()));
            if (attempt == HostLimiter.Attempts || spent + pause >= timeout)
            {
                throw _limiter.IsToldOf(fault.Failure, out told) ? told : fault.Failure;
            }

            _logger.TriesAgain(fault.Failure.Message, attempt, HostLimiter.Attempts, pause);
            await Task.Delay(pause, _time, cancellationToken);
            spent += pause;
        }
    }

    /// <summary>What is at an address that the registry has given, without signing in.</summary>
    /// <exception cref="RegistryException">There is no such thing, or no answer.</exception>
    public async Task<RegistryAnswer> ReadElsewhereAsync(Uri address, RegistryQuestion question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var turn = await _limiter.EnterAsync(isPull: false, timeout, cancellationToken);
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
    public void Dispose() => _limiter.Dispose();

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
                || (question.MayBeUnknown && answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotAcceptable or HttpStatusCode.NotImplemented)
                || (answer.Status == HttpStatusCode.NotModified && question.Held is not null)
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

    private RegistryException Malformed(string what, RegistryQuestion question) =>
        new(Endpoint.Host, RegistryFailure.Malformed, $"{Endpoint.Host} {what} when asked for {question.Subject}");
}
