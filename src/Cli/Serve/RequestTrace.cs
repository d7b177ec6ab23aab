using System.Diagnostics;
using Basewatch.Core.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Basewatch.Cli.Serve;

/// <summary>The span of a request that may cause something: one that posts. What a caller says of a trace of his is not taken.</summary>
internal static class RequestTrace
{
    public static async Task BeginAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || Traces.Trigger("POST", ActivityKind.Server) is not { } span)
        {
            await next(context);
            return;
        }

        using (span)
        {
            await next(context);
            var status = context.Response.StatusCode;
            span.SetTag(TagNames.Method, "POST").SetTag(TagNames.Status, status);

            // Never the address itself, which callers choose.
            if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
            {
                span.DisplayName = $"POST {route}";
                span.SetTag(TagNames.Route, route);
            }

            if (status >= 500)
            {
                span.SetStatus(ActivityStatusCode.Error);
            }
        }
    }
}
