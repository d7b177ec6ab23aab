using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Basewatch.Core.Telemetry;

/// <summary>The part of <see cref="Instruments"/> that commands which run once come by too: they pay for no more than this.</summary>
public static class RequestInstruments
{
    /// <summary>The one meter.</summary>
    internal static readonly Meter Meter = new(Instruments.MeterName);

    private static readonly BoundedLabel Hosts = new(100);

    private static readonly Counter<long> RegistryRequestCount = Meter.CreateCounter<long>("basewatch.registry.requests", "{request}", "Requests to container registries and their sign-in services.");

    private static readonly Counter<long> GitHubRequestCount = Meter.CreateCounter<long>("basewatch.github.requests", "{request}", "Requests to GitHub.");

    private static readonly Gauge<long> RateLimit = Meter.CreateGauge<long>("basewatch.rate_limit.remaining", "{request}", "What may still be asked, as the last answer that told of it said.");

    /// <summary>Counts a request to a registry.</summary>
    /// <param name="host">As images name it.</param>
    /// <param name="kind">What was asked: <c>tags</c>, <c>manifest</c>, <c>token</c>.</param>
    /// <param name="status">HTTP status; null: no answer came.</param>
    public static void CountRegistryRequest(string host, string kind, int? status)
    {
        if (RegistryRequestCount.Enabled)
        {
            var tags = Answered(status);
            tags.Add(TagNames.Server, Hosts.Of(host));
            tags.Add(TagNames.RequestKind, kind);
            RegistryRequestCount.Add(1, tags);
        }
    }

    /// <summary>Counts a request to GitHub.</summary>
    /// <param name="host">The API's.</param>
    /// <param name="status">HTTP status; null: no answer came.</param>
    public static void CountGitHubRequest(string host, int? status)
    {
        if (GitHubRequestCount.Enabled)
        {
            var tags = Answered(status);
            tags.Add(TagNames.Server, host);
            GitHubRequestCount.Add(1, tags);
        }
    }

    /// <summary>Notes what may still be asked of a host.</summary>
    /// <param name="host">As images name it, or of GitHub's API.</param>
    /// <param name="resource">What is limited: <c>pulls</c>, <c>requests</c>, <c>core</c>, <c>graphql</c>; one of few.</param>
    /// <param name="remaining">What is left.</param>
    public static void NoteRateLimit(string host, string resource, long remaining)
    {
        if (RateLimit.Enabled)
        {
            RateLimit.Record(remaining, new(TagNames.Server, Hosts.Of(host)), new(TagNames.RateLimitResource, resource));
        }
    }

    private static TagList Answered(int? status) => status is { } number
        ? number < 400 ? new TagList { { TagNames.Status, number } } : new TagList { { TagNames.Status, number }, { TagNames.Error, Text(number) } }
        : new TagList { { TagNames.Error, "no_answer" } };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
