using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;

namespace Basewatch.Adapters.Registries;

/// <summary>The requests that were made, by registry, by what was asked (<c>tags</c>, <c>manifest</c>, <c>token</c>) and by status (<c>none</c>: no answer).</summary>
internal static class RegistryMetrics
{
    private static readonly Meter Meter = new("Basewatch.Registries");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("basewatch.registry.requests", "{request}", "Requests to container registries and their sign-in services.");

    /// <summary>Counts one request.</summary>
    public static void Count(string host, string kind, HttpStatusCode? status)
    {
        if (Requests.Enabled)
        {
            Requests.Add(1, new("host", host), new("kind", kind), new("status", status is { } s ? ((int)s).ToString(CultureInfo.InvariantCulture) : "none"));
        }
    }
}
