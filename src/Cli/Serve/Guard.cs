using System.Net;
using Basewatch.Adapters.Hosting;
using Microsoft.AspNetCore.Http;

namespace Basewatch.Cli.Serve;

/// <summary>Lets in who has the key. Where none is set only this machine is listened to, and a page in its browser is kept out.</summary>
internal static class Guard
{
    /// <summary>Says up or down and no more; open to all.</summary>
    public const string HealthPath = "/api/health";

    public static Task AdmitAsync(HttpContext context, RequestDelegate next, string? key)
    {
        var isAdmitted = context.Request.Path == HealthPath
            || (key is null ? IsLocal(context.Request) : EndpointKey.IsIn(context.Request, key));
        if (isAdmitted)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    /// <summary>
    /// A page elsewhere can make a browser post to this machine, under its own origin or, by a name that it makes resolve
    /// here, under another host: neither is let in.
    /// </summary>
    private static bool IsLocal(HttpRequest request) =>
        request.Headers.Origin.Count == 0
        && request.Headers["Sec-Fetch-Site"].ToString() is "" or "none" or "same-origin"
        && (request.Host.Host is "localhost" || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
