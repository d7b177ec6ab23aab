using System.Net;
using Basewatch.Adapters.Lifecycle;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting;

/// <summary>Chooses where lifecycles come from.</summary>
public static class LifecycleSource
{
    /// <summary>The file that the settings name, else endoflife.date with its last good copy in a cache.</summary>
    public static ILifecycleCatalog Create(LifecycleOptions options, ICatalogCache cache, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.CatalogFile is { } file
            ? new LifecycleCatalogFile(file, loggers.CreateLogger<LifecycleCatalogFile>())
            : new EndOfLifeDateCatalog(
                new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, PooledConnectionLifetime = TimeSpan.FromMinutes(15), ConnectTimeout = TimeSpan.FromSeconds(5) }),
                options.BaseAddress,
                cache,
                time,
                loggers.CreateLogger<EndOfLifeDateCatalog>());
    }
}
