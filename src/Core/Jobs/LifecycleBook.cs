using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Lifecycles for those who can do without: a catalogue that can't be had is told, and keeps nothing from being done.</summary>
public sealed partial class LifecycleBook(ILifecycleCatalog catalogs, ILogger<LifecycleBook> logger)
{
    /// <summary>More sets of rules of one's own than this are rarely there; then they are made anew.</summary>
    private const int MostKept = 100;

    private readonly Dictionary<string, LifecycleResolver> _own = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private LifecycleCatalog? _catalog;

    /// <summary>Resolves references by the newest catalogue; null where there is none.</summary>
    public Task<LifecycleResolver?> FindAsync(CancellationToken cancellationToken) => FindAsync(LifecycleOverlay.None, cancellationToken);

    /// <summary>Resolves references by the newest catalogue with what a repository and its organisation say over it; null where there is none.</summary>
    public async Task<LifecycleResolver?> FindAsync(LifecycleOverlay own, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(own);
        try
        {
            var catalog = await catalogs.GetAsync(cancellationToken).ConfigureAwait(false);
            lock (_lock)
            {
                if (!ReferenceEquals(_catalog, catalog) || _own.Count > MostKept)
                {
                    _catalog = catalog;
                    _own.Clear();
                }

                if (!_own.TryGetValue(own.Fingerprint, out var resolver))
                {
                    _own[own.Fingerprint] = resolver = new LifecycleResolver(own.Over(catalog));
                }

                return resolver;
            }
        }
        catch (LifecycleCatalogException e)
        {
            LogNoCatalog(e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    private partial void LogNoCatalog(string message);
}
