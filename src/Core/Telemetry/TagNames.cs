namespace Basewatch.Core.Telemetry;

/// <summary>
/// Attributes of spans and metrics: OpenTelemetry's where it has them (<see href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/"/>), and our own below <c>basewatch</c>.
/// </summary>
public static class TagNames
{
    /// <summary>Host that was asked.</summary>
    public const string Server = "server.address";

    /// <summary>HTTP method.</summary>
    public const string Method = "http.request.method";

    /// <summary>HTTP status of an answer.</summary>
    public const string Status = "http.response.status_code";

    /// <summary>Why it failed, in one of few words, or the status.</summary>
    public const string Error = "error.type";

    /// <summary>Path of a request, of those that there are.</summary>
    public const string Route = "http.route";

    /// <summary>Kind of a job: <c>Reconcile</c>.</summary>
    public const string Job = "basewatch.job";

    /// <summary>What became of a job.</summary>
    public const string Outcome = "basewatch.job.outcome";

    /// <summary>Which repository. Never of a metric.</summary>
    public const string Repository = "basewatch.repository";

    /// <summary>What a job is about. Never of a metric.</summary>
    public const string Subject = "basewatch.job.subject";

    /// <summary>What was asked of a registry.</summary>
    public const string RequestKind = "basewatch.registry.request.kind";

    /// <summary>What a rate limit limits.</summary>
    public const string RateLimitResource = "basewatch.rate_limit.resource";

    /// <summary>Number of a pull request. Never of a metric.</summary>
    public const string PullRequest = "basewatch.pull_request.number";

    /// <summary>What was done to a pull request.</summary>
    public const string PullRequestChange = "basewatch.pull_request.change";

    /// <summary>Where a pull request is: <c>open</c>, <c>merged</c>.</summary>
    public const string PullRequestState = "basewatch.pull_request.state";

    /// <summary>How far a use is: <c>current</c>, <c>behind</c>.</summary>
    public const string UseState = "basewatch.use.state";

    /// <summary>How far an update goes: <c>major</c>, <c>digest</c>.</summary>
    public const string UpdateKind = "basewatch.update.kind";

    /// <summary>Who says when a tag was pushed.</summary>
    public const string FreshnessSource = "basewatch.freshness.source";
}
