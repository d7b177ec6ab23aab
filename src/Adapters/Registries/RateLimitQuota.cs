using System.Globalization;
using System.Net.Http.Headers;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// What an answer says of how much more may be asked: <c>RateLimit-Limit</c>, <c>RateLimit-Remaining</c> and <c>RateLimit-Reset</c>
/// (<see href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06"/>). Docker Hub uses the first two for pulls
/// (<see href="https://docs.docker.com/docker-hub/usage/pulls/"/>).
/// </summary>
/// <param name="Limit">The quota.</param>
/// <param name="Remaining">What is left of it.</param>
/// <param name="Window">The time that the quota is for, <c>w</c> of the quota.</param>
/// <param name="Reset">When there is a whole quota again, from now.</param>
internal readonly record struct RateLimitQuota(long? Limit, long? Remaining, TimeSpan? Window, TimeSpan? Reset)
{
    /// <summary>Seconds above this are no length of time: GitLab gives the time itself, in seconds since 1970.</summary>
    private const long FirstDate = 1_000_000_000;

    /// <summary>Whether it counts pulls and not requests: Docker Hub writes the window with what remains, and no time of reset.</summary>
    public bool IsOfPulls => Remaining is not null && Window is not null && Reset is null;

    /// <summary>Reads what there is; what can't be read is not there.</summary>
    public static RateLimitQuota Of(HttpResponseHeaders headers, TimeProvider time)
    {
        var (limit, limitWindow) = First(headers, "RateLimit-Limit");
        var (remaining, remainingWindow) = First(headers, "RateLimit-Remaining");
        var (reset, _) = First(headers, "RateLimit-Reset");
        return new RateLimitQuota(
            limit,
            remaining,
            reset is null ? remainingWindow : limitWindow,
            reset is not { } seconds ? null
            : seconds < FirstDate ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.FromSeconds(Math.Max(0, seconds - time.GetUtcNow().ToUnixTimeSeconds())));
    }

    /// <summary>A window for people: <c>6 h</c>.</summary>
    public static string Words(TimeSpan window) =>
        window.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{window.TotalHours:0.#} h") : RegistryHttp.Seconds(window);

    /// <summary>The first item of a list, <c>100;w=21600</c>.</summary>
    private static (long? Value, TimeSpan? Window) First(HttpResponseHeaders headers, string name)
    {
        if (!headers.NonValidated.TryGetValues(name, out var values) || values.Count == 0)
        {
            return (null, null);
        }

        var item = values.First().AsSpan();
        item = item[..(item.IndexOf(',') is >= 0 and var comma ? comma : item.Length)];
        var end = item.IndexOf(';');
        if (Number(end < 0 ? item : item[..end]) is not { } value)
        {
            return (null, null);
        }

        while (end >= 0)
        {
            item = item[(end + 1)..];
            end = item.IndexOf(';');
            var parameter = (end < 0 ? item : item[..end]).Trim();
            if (parameter.StartsWith("w=", StringComparison.OrdinalIgnoreCase))
            {
                return (value, Number(parameter[2..]) is { } seconds and > 0 and < FirstDate ? TimeSpan.FromSeconds(seconds) : null);
            }
        }

        return (value, null);
    }

    private static long? Number(ReadOnlySpan<char> text) =>
        text.Trim() is { Length: <= 12 } digits && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
