using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Basewatch.Adapters.Connections;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>One thing that is asked of a registry.</summary>
/// <param name="Kind">For the metric: <c>tags</c>, <c>manifest</c>, <c>configuration</c>, <c>blob</c>, <c>referrers</c>, <c>dates</c>, <c>token</c>.</param>
/// <param name="Subject">For messages, after "asked for": <c>the tags of library/python</c>.</param>
/// <param name="Accept">Media types that may come.</param>
/// <param name="LargestBody">Bytes.</param>
internal sealed record RegistryQuestion(string Kind, string Subject, string Accept, int LargestBody)
{
    /// <summary>Whether it is an answer too that the registry does not understand the question.</summary>
    public bool MayBeUnknown { get; init; }

    /// <summary>The ETag of an answer that is held, so that 304 will do.</summary>
    public string? Held { get; init; }
}

/// <summary>Makes one request in bounded time, and tells in what way it failed.</summary>
internal sealed class RegistryHttp(RegistryEndpoint endpoint, HostLimiter limiter, HttpClient client, TimeProvider time, ILogger logger)
{
    private readonly string _host = endpoint.Host;

    /// <summary>Whether a registry that counts pulls counts this: reading a manifest, and not asking for its digest.</summary>
    public static bool IsPull(HttpMethod method, RegistryQuestion question) => method == HttpMethod.Get && question.Kind == "manifest";

    /// <summary>An answer with any status.</summary>
    /// <exception cref="RegistryException">None came.</exception>
    /// <exception cref="TransientFault">None came, and one may when asked again.</exception>
    public async Task<RegistryAnswer> SendAsync(
        HttpMethod method, Uri address, AuthenticationHeaderValue? authorization, RegistryQuestion question, TimeSpan timeout, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? form = null)
    {
        using var request = new HttpRequestMessage(method, address) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        request.Headers.Authorization = authorization;
        request.Content = form is null ? null : new FormUrlEncodedContent(form);
        request.Headers.TryAddWithoutValidation("Accept", question.Accept);
        if (question.Held is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", question.Held);
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var span = Traces.Request(method.Method, question.Kind, _host);
        var begun = time.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            var answer = await RegistryAnswer.ReadAsync(response, question.LargestBody, time, linked.Token);
            if (IsOwn(address, question))
            {
                limiter.Learn(answer, Who(address), IsPull(method, question), begun);
            }

            logger.Answered(method.Method, address.GetLeftPart(UriPartial.Path), (int)answer.Status, time.GetElapsedTime(begun).TotalMilliseconds);
            return answer;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!limit.IsCancellationRequested)
            {
                throw NotReached("makes no connection in time", mayPass: false, question, address, begun, e);
            }

            var silence = $"did not answer within {Seconds(timeout)}";
            var wait = IsOwn(address, question) ? limiter.Fail($"{Who(address)} {silence}", mayPass: false, isSilent: true, begun) : null;
            throw Failure(RegistryFailure.Unreachable, silence, question, address, e, wait);
        }
        catch (BodyTooLargeException e)
        {
            throw Failure(RegistryFailure.Malformed, $"sent more than {question.LargestBody / (1024 * 1024)} MiB", question, address, e);
        }
        catch (HttpRequestException e) when (response is null)
        {
            throw NoResponse(e, question, address, begun);
        }
        catch (SocketException e) when (response is null)
        {
            // The client looks up the peer of a new connection, which may be closed by then, and lets this one through.
            throw NotReached($"could not be reached ({Reason(e)})", mayPass: true, question, address, begun, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            throw new TransientFault(Failure(RegistryFailure.Malformed, $"broke off its answer ({Reason(e)})", question, address, e));
        }
        finally
        {
            RequestInstruments.CountRegistryRequest(_host, question.Kind, (int?)response?.StatusCode);
            span.Answered((int?)response?.StatusCode);
            response?.Dispose();
        }
    }

    /// <summary>A length of time for people: <c>15 s</c>, <c>0.2 s</c>.</summary>
    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(time.TotalSeconds, time.TotalSeconds < 10 ? 1 : 0)} s");

    private Exception NoResponse(HttpRequestException e, RegistryQuestion question, Uri address, long begun)
    {
        if (Inner<ForbiddenAddressException>(e) is { } forbidden)
        {
            return NotReached(
                $"is at {forbidden.Address}, which is no public address: where that is meant, list {_host} in the registry settings with {nameof(RegistrySettings.AllowPrivate)}",
                mayPass: false, question, address, begun, e);
        }

        var socket = Inner<SocketException>(e);
        return e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError when socket?.SocketErrorCode != SocketError.TryAgain =>
                NotReached("has a name that is not known", mayPass: false, question, address, begun, e),
            HttpRequestError.SecureConnectionError => NotReached(
                $"makes no secure connection ({Reason(Inner<AuthenticationException>(e) ?? (Exception)e)}); where it speaks plain HTTP, list it in the registry settings with {nameof(RegistrySettings.Insecure)}, and where its certificate is of an authority of your own, with {nameof(RegistrySettings.CaFile)}",
                mayPass: false, question, address, begun, e),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
                Failure(RegistryFailure.Malformed, $"gave no proper HTTP answer ({Reason(e)})", question, address, e),
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError =>
                NotReached($"could not be reached ({Reason(socket ?? (Exception)e)})", mayPass: true, question, address, begun, e),
            _ => new TransientFault(Failure(RegistryFailure.Unreachable, $"broke the connection ({Reason(socket ?? (Exception)e)})", question, address, e)),
        };
    }

    /// <summary>What is wrong is the same whatever is asked for, and is said so.</summary>
    private Exception NotReached(string what, bool mayPass, RegistryQuestion question, Uri address, long begun, Exception inner)
    {
        var isOwn = IsOwn(address, question);
        var message = $"{Who(address)} {what}";
        var failure = isOwn ? new RegistryException(_host, RegistryFailure.Unreachable, message, limiter.Fail(message, mayPass, isSilent: false, begun), inner) : Failure(RegistryFailure.Unreachable, what, question, address, inner);
        return mayPass ? new TransientFault(failure, isOwn) : failure;
    }

    /// <summary>Whether an address is the registry's, or its sign-in service's, without which there is no answer either.</summary>
    private bool IsOwn(Uri address, RegistryQuestion question) => question.Kind == "token" || endpoint.IsOrigin(address);

    private string Who(Uri address) => address.Authority.Equals(_host, StringComparison.OrdinalIgnoreCase) ? _host : $"{_host} (through {Excerpt.Of(address.Authority)})";

    private RegistryException Failure(RegistryFailure failure, string what, RegistryQuestion question, Uri address, Exception inner, TimeSpan? retryAfter = null) =>
        new(_host, failure, $"{Who(address)} {what} when asked for {question.Subject}", retryAfter, inner);

    private static string Reason(Exception e) => Excerpt.Of(e.Message.TrimEnd('.'));

    private static T? Inner<T>(Exception? e)
        where T : Exception
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is T found)
            {
                return found;
            }
        }

        return null;
    }
}
