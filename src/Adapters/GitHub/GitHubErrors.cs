using System.Net;
using System.Runtime.Serialization;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Octokit;

namespace Basewatch.Adapters.GitHub;

/// <summary>Says in the port's words what Octokit throws. What concerns every request alike, the transport has thrown already.</summary>
internal static class GitHubErrors
{
    /// <summary>Runs a call about a repository, or whatever <paramref name="subject"/> names.</summary>
    public static async Task<T> TranslateAsync<T>(string host, string subject, Func<Task<T>> call)
    {
        try
        {
            return await call() ?? throw new RepositoryHostException(host, RepositoryHostFailure.Malformed, $"{host} gave an empty answer about {subject}");
        }
        catch (ApiException e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.UnavailableForLegalReasons)
        {
            throw new RepositoryHostException(host, RepositoryHostFailure.NotFound, $"{host} has no such part of {subject}: it is gone, or hidden from the token", innerException: e);
        }
        catch (ApiException e)
        {
            throw new RepositoryHostException(host, RepositoryHostFailure.Malformed, $"{host} refused a request about {subject} with {(int)e.StatusCode}: {Excerpt.Of(e.Words())}", innerException: e);
        }
        catch (Exception e) when (e is SerializationException or InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            throw new RepositoryHostException(host, RepositoryHostFailure.Malformed, $"{host} gave an answer about {subject} that can't be understood", innerException: e);
        }
    }

    /// <summary>Does a refusal (422) say this?</summary>
    public static bool Says(this ApiException refusal, string words) =>
        (int)refusal.StatusCode == 422 && refusal.Words().Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>GitHub's words in a refusal.</summary>
    public static string Words(this ApiException e) =>
        string.Join("; ", new[] { e.ApiError?.Message }.Concat(e.ApiError?.Errors?.Select(d => d.Message ?? $"{d.Field}: {d.Code}") ?? []).Where(m => !string.IsNullOrEmpty(m)));
}
