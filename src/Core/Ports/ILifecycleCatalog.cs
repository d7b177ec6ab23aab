using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Ports;

/// <summary>Knows when products reach their end of life.</summary>
public interface ILifecycleCatalog
{
    /// <summary>The newest catalogue that can be had. Throws <see cref="LifecycleCatalogException"/> when there is none, not even an old copy.</summary>
    Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken);

    /// <summary>What was had the last time, here or by another process that shares what is kept, with why there is nothing newer; null where nothing is kept. Nobody is asked.</summary>
    async Task<LifecycleCatalog?> FindKeptAsync(CancellationToken cancellationToken) => await GetAsync(cancellationToken).ConfigureAwait(false);
}

/// <summary>The catalogue of lifecycles can't be had.</summary>
public sealed class LifecycleCatalogException : IOException
{
    /// <summary>Creates the exception.</summary>
    public LifecycleCatalogException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
