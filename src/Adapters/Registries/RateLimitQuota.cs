using System.Globalization;
using System.Net.Http.Headers;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// What an answer says of how much more may be asked: <c>RateLimit-Limit</c>, <c>RateLimit-Remaining</c> and <c>RateLimit-Reset</c>
/// (<see href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06"/>), or <c>RateLimit</c> with all of it. Docker Hub uses the first two for pulls
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
        if (remaining is null && Combined(headers, time) is { } combined)
        {
            return combined;
        }

        var (reset, _) = First(headers, "RateLimit-Reset");
        return new RateLimitQuota(limit, remaining, reset is null ? remainingWindow : limitWindow, Until(reset, time));
    }

    /// <summary>A window for people: <c>6 h</c>.</summary>
    public static string Words(TimeSpan window) =>
        window.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{window.TotalHours:0.#} h") : RegistryHttp.Seconds(window);

    /// <summary>
    /// What one header says of it all: <c>"default";r=50;t=30</c>
    /// (<see href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10"/>), or <c>limit=100, remaining=50, reset=30</c>, as it was up
    /// to draft 07. Of several quotas the one counts of which the least is left; quotas of bytes and connections are none.
    /// </summary>
    private static RateLimitQuota? Combined(HttpResponseHeaders headers, TimeProvider time)
    {
        var items = Items(headers, "RateLimit");
        if (items.Count == 0)
        {
            return null;
        }

        var others = Items(headers, "RateLimit-Policy").Where(p => p.Parameters.GetValueOrDefault("qu", "requests") != "requests").Select(p => p.Value).ToHashSet(StringComparer.Ordinal);
        var quotas = items.Where(i => !others.Contains(i.Value)).Select(i => Quota(i.Parameters, "r", "t"))
            .Append(Quota(items.SelectMany(i => i.Parameters).DistinctBy(p => p.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal), "remaining", "reset"));
        return quotas.Where(q => q.Remaining is not null).OrderBy(q => q.Remaining).ThenByDescending(q => q.Reset).Cast<RateLimitQuota?>().FirstOrDefault();

        RateLimitQuota Quota(Dictionary<string, string> parameters, string remaining, string reset) =>
            new(null, Number(parameters.GetValueOrDefault(remaining)), null, Until(Number(parameters.GetValueOrDefault(reset)), time));
    }

    private static TimeSpan? Until(long? reset, TimeProvider time) =>
        reset is not { } seconds ? null
        : seconds < FirstDate ? TimeSpan.FromSeconds(seconds)
        : TimeSpan.FromSeconds(Math.Max(0, seconds - time.GetUtcNow().ToUnixTimeSeconds()));

    /// <summary>The first item of a list, <c>100;w=21600</c>.</summary>
    private static (long? Value, TimeSpan? Window) First(HttpResponseHeaders headers, string name) =>
        Items(headers, name) is [var (text, parameters), ..] && Number(text) is { } value
            ? (value, Number(parameters.GetValueOrDefault("w")) is { } seconds and > 0 and < FirstDate ? TimeSpan.FromSeconds(seconds) : null)
            : (null, null);

    /// <summary>The items of a list, <c>"default";q=100;w=60, 5</c>, each with its parameters; of an item <c>a=1</c> that is the first.</summary>
    private static List<(string Value, Dictionary<string, string> Parameters)> Items(HttpResponseHeaders headers, string name)
    {
        var items = new List<(string, Dictionary<string, string>)>();
        foreach (var item in headers.NonValidated.TryGetValues(name, out var values) ? Split(string.Join(',', values), ',') : [])
        {
            var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
            var value = "";
            foreach (var part in Split(item, ';'))
            {
                if (part.Length == 0 || part[0] == '"' || part.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
                {
                    value = value.Length == 0 ? part : value;
                    continue;
                }

                parameters.TryAdd(part[..equals].ToLowerInvariant(), part[(equals + 1)..].Trim('"'));
            }

            items.Add((value, parameters));
        }

        return items;
    }

    /// <summary>The parts of a text between separators that are not in quotes.</summary>
    private static IEnumerable<string> Split(string text, char separator)
    {
        var (start, isQuoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (text[i] == '\\' && isQuoted)
            {
                i++;
            }
            else if (text[i] == separator && !isQuoted)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }

    private static long? Number(string? text) =>
        text is { Length: <= 12 } && long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
