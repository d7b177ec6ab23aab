using Basewatch.Adapters.Hosting.Dashboard;
using Basewatch.Adapters.Hosting.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>Starts a scan at once: <c>POST /api/scan[?repository=owner/name]</c>.</summary>
public sealed class ScanTrigger(ScanEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(ScanTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/scan")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Says how the service is doing: <c>GET /api/status[?repository=owner/name]</c>.</summary>
public sealed class StatusTrigger(StatusEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(StatusTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/status")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>The page behind a message's snooze button: <c>/api/alerts/snooze</c>. Its links are signed, which the endpoint checks.</summary>
public sealed class SnoozeTrigger(SnoozeEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(SnoozeTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "api/alerts/snooze")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Badges for READMEs: <c>GET /badge/owner/name.svg</c>. The endpoint knows who may see them.</summary>
public sealed class BadgeTrigger(BadgeEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(BadgeTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "badge/{owner}/{file}")] HttpRequest request, string owner, string file, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, owner, file, cancellationToken);
}

/// <summary>Takes GitHub's webhooks: <c>POST /api/github</c>. They are signed, which the endpoint checks.</summary>
public sealed class GitHubWebhookTrigger(GitHubWebhookEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(GitHubWebhookTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/github")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Takes what registries post when an image is pushed: <c>POST /api/pushes/{kind}</c>.</summary>
public sealed class PushTrigger(PushEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(PushTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/pushes/{kind}")] HttpRequest request, string kind, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, kind, cancellationToken);
}

/// <summary>Takes what Flux says of what it deploys: <c>POST /hooks/flux</c>. It is signed, which the endpoint checks.</summary>
public sealed class FluxTrigger(FluxEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(FluxTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "hooks/flux")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Takes what Argo CD says of what it deploys: <c>POST /hooks/argocd</c>. It has a token of its own, which the endpoint checks.</summary>
public sealed class ArgoCdTrigger(ArgoCdEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(ArgoCdTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "hooks/argocd")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Takes what people do to rollouts: <c>POST /api/rollouts</c>.</summary>
public sealed class RolloutTrigger(RolloutEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(RolloutTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/rollouts")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Takes reports of scanners: <c>POST /api/reports[?image=registry/name@sha256:…]</c>.</summary>
public sealed class ReportsTrigger(ReportsEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(ReportsTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/reports")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Says up and no more: <c>GET /api/health</c>.</summary>
public static class HealthTrigger
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(HealthTrigger))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/health")] HttpRequest request) => HealthEndpoint.Live();
}

/// <summary>Says that the process answers: <c>GET /api/health/live</c>.</summary>
public static class HealthLiveTrigger
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(HealthLiveTrigger))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/health/live")] HttpRequest request) => HealthEndpoint.Live();
}

/// <summary>Says whether store and queue answer too: <c>GET /api/health/ready</c>.</summary>
public sealed class HealthReadyTrigger(HealthEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(HealthReadyTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/health/ready")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.ReadyAsync(cancellationToken);
}

/// <summary>
/// The dashboard: <c>GET /</c>. Open to the host, as a browser has no function key: the endpoint itself lets in whom App Service's
/// authentication has let in, or who has signed in with the key, and nobody where neither is set.
/// </summary>
public sealed class DashboardTrigger(DashboardEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(DashboardTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "{page?}")] HttpRequest request, string? page, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, page, cancellationToken);
}
