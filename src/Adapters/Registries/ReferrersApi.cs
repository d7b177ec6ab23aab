namespace Basewatch.Adapters.Registries;

/// <summary>What is known of one registry's referrers API.</summary>
internal sealed class ReferrersApi : IDisposable
{
    /// <summary>Whether the registry has it; null as long as nobody has asked.</summary>
    public bool? IsThere { get; set; }

    /// <summary>Taken by whoever asks first, so that a registry without it is asked once.</summary>
    public SemaphoreSlim Probe { get; } = new(1);

    /// <inheritdoc/>
    public void Dispose() => Probe.Dispose();
}
