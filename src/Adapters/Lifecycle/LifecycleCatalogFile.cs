using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Lifecycle;

/// <summary>A catalogue in a file that holds an answer of endoflife.date's <c>/api/v1/products/full</c>.</summary>
public sealed class LifecycleCatalogFile(string path, ILogger<LifecycleCatalogFile> logger) : ILifecycleCatalog
{
    /// <inheritdoc/>
    public async Task<LifecycleCatalog?> FindKeptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(cancellationToken);
        }
        catch (LifecycleCatalogException e)
        {
            return new LifecycleCatalog([], default) { Problem = e.Message };
        }
    }

    /// <inheritdoc/>
    public async Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > LifecycleCatalogReader.LargestBody)
            {
                throw new LifecycleCatalogException($"{path} is larger than {LifecycleCatalogReader.LargestBody >> 20} MiB");
            }

            var body = await File.ReadAllBytesAsync(path, cancellationToken);
            return LifecycleCatalogReader.Read(body, path, new DateTimeOffset(file.LastWriteTimeUtc), logger);
        }
        catch (Exception e) when (e is IOException and not LifecycleCatalogException or UnauthorizedAccessException)
        {
            throw new LifecycleCatalogException($"{path} can't be read: {e.Message}", e);
        }
    }
}
