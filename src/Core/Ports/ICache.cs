namespace Basewatch.Core.Ports;

/// <summary>
/// Keeps bytes between runs, for as long as there is room. What can't be read or written is as if it had never been kept:
/// no call fails for it. Who reads must judge what comes back.
/// </summary>
public interface ICache
{
    /// <summary>What was kept under a name; null when nothing was.</summary>
    Task<ReadOnlyMemory<byte>?> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Keeps a value of up to 16 MiB in place of what was kept under its name.</summary>
    Task WriteAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);
}
