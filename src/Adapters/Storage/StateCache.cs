using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Storage;

/// <summary>A cache in the state store, for a service that has no disk of its own.</summary>
/// <param name="store">The store.</param>
/// <param name="partition">The partition that is its own.</param>
public sealed class StateCache(IStateStore store, string partition) : ICache
{
    private const int Largest = 16 * 1024 * 1024;

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.GetAsync(KeyOf(name), cancellationToken))?.Value;
        }
        catch (StateStoreException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task WriteAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        try
        {
            if (value.Length < Largest)
            {
                await store.TryPutAsync(KeyOf(name), value, StateVersion.Any, cancellationToken);
            }
        }
        catch (StateStoreException)
        {
            // As if it had never been kept.
        }
    }

    private StateKey KeyOf(string name) => new(partition, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
}
