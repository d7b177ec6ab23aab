using System.Net;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Registries;

/// <summary>What a status other than success means.</summary>
internal static class StatusFault
{
    /// <summary>The longest wait that a call sits out itself.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>What to throw: a <see cref="RegistryException"/>, or a <see cref="TransientFault"/> where the request may be made again.</summary>
    public static Exception Of(RegistryEndpoint endpoint, RegistryAnswer answer, string who, string subject, Credential? credential = null)
    {
        var host = endpoint.Host;
        switch (answer.Status)
        {
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return credential?.Refusal ?? new RegistryException(host, RegistryFailure.Denied, $"{who} denies {subject} ({answer.StatusText}): {Remedy(endpoint, credential?.Login)}");
            case HttpStatusCode.TooManyRequests:
                var wait = answer.RetryAfter;
                var limited = new RegistryException(
                    host, RegistryFailure.RateLimited,
                    $"{who} was asked too often ({answer.StatusText}) when asked for {subject}: "
                    + (wait is { } w ? $"it may be asked again in {RegistryHttp.Seconds(w)}" : "ask again later")
                    + (credential?.Login is not null ? "" : ", or more often with a user name and password in the registry settings"),
                    wait);
                return wait > LongestWait ? limited : new TransientFault(limited);
            case HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported:
                return new RegistryException(host, RegistryFailure.ServerError, $"{who} answered {answer.StatusText} when asked for {subject}");
            case HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError:
                var error = new RegistryException(host, RegistryFailure.ServerError, $"{who} answered {answer.StatusText} when asked for {subject}", answer.RetryAfter);
                return answer.RetryAfter > LongestWait ? error : new TransientFault(error);
            default:
                return new RegistryException(host, RegistryFailure.Malformed, $"{who} answered {answer.StatusText} when asked for {subject}, which is no answer to that");
        }
    }

    private static string Remedy(RegistryEndpoint endpoint, RegistryLogin? login) =>
        login is not null ? $"it is not there, or {login} are wrong or may not read it{(login.Advice is null ? "" : $"; {login.Advice}")}"
        : $"{(endpoint.IsDockerHub ? "the repository is not there or" : "it is not there or")} private; for a private one, {endpoint.SignInAdvice}";
}
