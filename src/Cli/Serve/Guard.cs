using System.Net;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Hosting.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Basewatch.Cli.Serve;

/// <summary>Lets in who has the key. Where none is set only this machine is listened to, and a page in its browser is kept out.</summary>
internal static class Guard
{
    /// <summary>Says up or down and no more, as those below it do; open to all.</summary>
    public const string HealthPath = "/api/health";

    /// <summary>Open to all: GitHub signs what it posts, which the endpoint checks.</summary>
    public const string GitHubPath = "/api/github";

    /// <summary>Open to all: Flux signs what it posts, which the endpoint checks.</summary>
    public const string FluxPath = "/hooks/flux";

    /// <summary>Open to all: Argo CD sends a token of its own, which the endpoint checks.</summary>
    public const string ArgoCdPath = "/hooks/argocd";

    public static async Task AdmitAsync(HttpContext context, RequestDelegate next, string? key, ILogger logger)
    {
        var isDashboard = !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);
        var isAdmitted = context.Request.Path.StartsWithSegments(HealthPath, StringComparison.Ordinal)
            || context.Request.Path == GitHubPath
            || context.Request.Path == FluxPath
            || context.Request.Path == ArgoCdPath
            || context.Request.Path == Pages.SnoozePath // It looks at its links' signatures itself.
            || context.Request.Path.StartsWithSegments(Pages.BadgePath, StringComparison.Ordinal) // It knows who may see badges.
            || (key is null ? IsLocal(context.Request) || (isDashboard && IsVisit(context.Request))
                // The dashboard has a page to sign in with.
                : isDashboard || EndpointKey.IsIn(context.Request, key));
        if (!isAdmitted)
        {
            await logger.Refuse(context.Request, StatusCodes.Status401Unauthorized, "without the key, or not from this machine").ExecuteAsync(context);
            return;
        }

        await next(context);
        if (context.Response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed && context.GetEndpoint() is not RouteEndpoint && !context.Response.HasStarted)
        {
            // No door of ours has answered.
            logger.Refuse(context.Request, context.Response.StatusCode, "there is no such door");
        }
    }

    /// <summary>
    /// A page elsewhere can make a browser post to this machine, under its own origin or, by a name that it makes resolve
    /// here, under another host: neither is let in.
    /// </summary>
    private static bool IsLocal(HttpRequest request) =>
        (request.Headers.Origin.Count == 0 || (Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin) && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)))
        && request.Headers["Sec-Fetch-Site"].ToString() is "" or "none" or "same-origin"
        && IsForHere(request);

    /// <summary>Whoever follows a link from elsewhere sees a page, and the page with the link sees nothing of it.</summary>
    private static bool IsVisit(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document"
        && IsForHere(request);

    private static bool IsForHere(HttpRequest request) =>
        (request.Host.Host is "localhost" || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
