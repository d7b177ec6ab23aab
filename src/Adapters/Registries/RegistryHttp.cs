using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>One thing that is asked of a registry.</summary>
/// <param name="Kind">For the metric: <c>tags</c>, <c>manifest</c>, <c>token</c>.</param>
/// <param name="Subject">For messages, after "asked for": <c>the tags of library/python</c>.</param>
/// <param name="Accept">Media types that may come.</param>
/// <param name="LargestBody">Bytes.</param>
internal sealed record RegistryQuestion(string Kind, string Subject, string Accept, int LargestBody);

/// <summary>Makes one request in bounded time, and tells in what way it failed.</summary>
internal sealed class RegistryHttp(string host, HttpClient client, TimeProvider time, ILogger logger)
{
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
        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var begun = time.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            var answer = await RegistryAnswer.ReadAsync(response, question.LargestBody, time, linked.Token);
            logger.Answered(method.Method, address.GetLeftPart(UriPartial.Path), (int)answer.Status, time.GetElapsedTime(begun).TotalMilliseconds);
            return answer;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(RegistryFailure.Unreachable, $"did not answer within {Seconds(timeout)}", question, address, e);
        }
        catch (BodyTooLargeException e)
        {
            throw Failure(RegistryFailure.Malformed, $"sent more than {question.LargestBody / (1024 * 1024)} MiB", question, address, e);
        }
        catch (HttpRequestException e) when (response is null)
        {
            throw NoResponse(e, question, address);
        }
        catch (SocketException e) when (response is null)
        {
            // The client looks up the peer of a new connection, which may be closed by then, and lets this one through.
            throw new TransientFault(Failure(RegistryFailure.Unreachable, $"could not be reached ({Reason(e)})", question, address, e));
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            throw new TransientFault(Failure(RegistryFailure.Malformed, $"broke off its answer ({Reason(e)})", question, address, e));
        }
        finally
        {
            RegistryMetrics.Count(host, question.Kind, response?.StatusCode);
            response?.Dispose();
        }
    }

    /// <summary>A length of time for people: <c>15 s</c>, <c>0.2 s</c>.</summary>
    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(time.TotalSeconds, time.TotalSeconds < 10 ? 1 : 0)} s");

    private Exception NoResponse(HttpRequestException e, RegistryQuestion question, Uri address)
    {
        if (Inner<ForbiddenAddressException>(e) is { } forbidden)
        {
            return Failure(
                RegistryFailure.Unreachable,
                $"is at {forbidden.Address}, which is no public address: where that is meant, list {host} in the registry settings with {nameof(RegistrySettings.AllowPrivate)}",
                question, address, e);
        }

        return e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError when Inner<SocketException>(e)?.SocketErrorCode != SocketError.TryAgain =>
                Failure(RegistryFailure.Unreachable, "has a name that is not known", question, address, e),
            HttpRequestError.SecureConnectionError => Failure(
                RegistryFailure.Unreachable,
                $"makes no secure connection ({Reason(Inner<AuthenticationException>(e) ?? (Exception)e)}); where it speaks plain HTTP, list it in the registry settings with {nameof(RegistrySettings.Insecure)}, and where its certificate is of an authority of your own, with {nameof(RegistrySettings.CaFile)}",
                question, address, e),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
                Failure(RegistryFailure.Malformed, $"gave no proper HTTP answer ({Reason(e)})", question, address, e),
            _ => new TransientFault(Failure(RegistryFailure.Unreachable, $"could not be reached ({Reason(Inner<SocketException>(e) ?? (Exception)e)})", question, address, e)),
        };
    }

    private RegistryException Failure(RegistryFailure failure, string what, RegistryQuestion question, Uri address, Exception inner)
    {
        var who = address.Authority.Equals(host, StringComparison.OrdinalIgnoreCase) ? host : $"{host} (through {Excerpt.Of(address.Authority)})";
        return new RegistryException(host, failure, $"{who} {what} when asked for {question.Subject}", innerException: inner);
    }

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
