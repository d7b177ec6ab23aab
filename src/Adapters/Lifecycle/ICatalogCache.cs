using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Lifecycle;

/// <summary>Keeps the last good copy of the catalogue between runs. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when it can't.</summary>
public interface ICatalogCache
{
    /// <summary>What was kept; null when nothing was.</summary>
    Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a copy in place of what was kept.</summary>
    Task WriteAsync(ReadOnlyMemory<byte> copy, CancellationToken cancellationToken);
}

/// <summary>Keeps the copy in a file; its folder is made where it is missing.</summary>
public sealed class FileCatalogCache(string path) : ICatalogCache
{
    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken) =>
        File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellationToken) : null;

    /// <inheritdoc/>
    public async Task WriteAsync(ReadOnlyMemory<byte> copy, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

        // Written beside and moved, so that a run that is ended meanwhile, or another run, never leaves half a copy.
        var beside = $"{path}.{Guid.NewGuid():N}";
        try
        {
            await File.WriteAllBytesAsync(beside, copy, cancellationToken);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}

/// <summary>Keeps the copy in the state store.</summary>
public sealed class StateCatalogCache(IStateStore store) : ICatalogCache
{
    private static readonly StateKey Key = new("catalog", "endoflife.date");

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken) => (await store.GetAsync(Key, cancellationToken))?.Value;

    /// <inheritdoc/>
    public async Task WriteAsync(ReadOnlyMemory<byte> copy, CancellationToken cancellationToken) =>
        await store.TryPutAsync(Key, copy, StateVersion.Any, cancellationToken);
}
