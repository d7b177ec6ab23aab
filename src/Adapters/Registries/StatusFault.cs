using System.Net;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Registries;

/// <summary>What a status other than success means.</summary>
internal static class StatusFault
{
    /// <summary>What to throw: a <see cref="RegistryException"/>, or a <see cref="TransientFault"/> where the request may be made again.</summary>
    public static Exception Of(RegistryEndpoint endpoint, RegistryAnswer answer, string who, string subject, Credential? credential = null)
    {
        var host = endpoint.Host;
        if (answer.IsRateLimited)
        {
            // Whatever was asked for: what is wrong is wrong with all of it.
            var limited = new RegistryException(
                host, RegistryFailure.RateLimited,
                $"{who} was asked too often ({answer.StatusText}): "
                + (answer.RetryAfter is { } wait ? $"it may be asked again in {RegistryHttp.Seconds(wait)}" : "ask again later")
                + Advice(endpoint),
                answer.RetryAfter);
            return answer.RetryAfter > HostLimiter.LongestWait ? limited : new TransientFault(limited, isOfHost: true);
        }

        switch (answer.Status)
        {
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return credential?.Refusal ?? new RegistryException(host, RegistryFailure.Denied, $"{who} denies {subject} ({answer.StatusText}): {Remedy(endpoint, credential?.Login)}");
            case HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported:
                return new RegistryException(host, RegistryFailure.ServerError, $"{who} answered {answer.StatusText} when asked for {subject}");
            case HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError:
                var error = new RegistryException(host, RegistryFailure.ServerError, $"{who} answered {answer.StatusText} when asked for {subject}", answer.RetryAfter);
                return answer.RetryAfter > HostLimiter.LongestWait ? error : new TransientFault(error, answer.IsThrottled);
            default:
                return new RegistryException(host, RegistryFailure.Malformed, $"{who} answered {answer.StatusText} when asked for {subject}, which is no answer to that"
                    + (answer.Status == HttpStatusCode.BadRequest && endpoint.Origin.Scheme == "http" ? $": it was spoken to by plain HTTP; where it speaks HTTPS, list it in the registry settings with the {nameof(RegistrySettings.Endpoint)} https://{endpoint.Origin.Authority}" : ""));
        }
    }

    /// <summary>What helps against limits, behind a sentence.</summary>
    public static string Advice(RegistryEndpoint endpoint) => endpoint.HasCredentials ? "" : ", or more often with a user name and password in the registry settings";

    private static string Remedy(RegistryEndpoint endpoint, RegistryLogin? login) =>
        login is not null ? $"it is not there, or {login} are wrong or may not read it{(login.Advice is null ? "" : $"; {login.Advice}")}"
        : endpoint.HasCredentials ? "it is not there or private, and it did not ask for the credentials in the registry settings"
        : $"{(endpoint.IsDockerHub ? "the repository is not there or" : "it is not there or")} private; for a private one, {endpoint.SignInAdvice}";
}
