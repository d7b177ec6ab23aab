using Basewatch.Adapters.Hosting.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>Starts a scan at once: <c>POST /api/scan[?repository=owner/name]</c>.</summary>
public sealed class ScanTrigger(ScanEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(ScanTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "scan")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Says how the service is doing: <c>GET /api/status[?repository=owner/name]</c>.</summary>
public sealed class StatusTrigger(StatusEndpoint endpoint)
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(StatusTrigger))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "status")] HttpRequest request, CancellationToken cancellationToken) =>
        endpoint.HandleAsync(request, cancellationToken);
}

/// <summary>Says up and no more: <c>GET /api/health</c>.</summary>
public static class HealthTrigger
{
    /// <summary>Takes the request.</summary>
    [Function(nameof(HealthTrigger))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) => Results.Text("up");
}
