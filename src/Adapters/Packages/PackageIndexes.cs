using Basewatch.Adapters.Connections;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Packages;

/// <summary>The archives of distributions and the indexes of languages on the network.</summary>
public sealed class PackageIndexes : IPackageIndexes, IDisposable
{
    private readonly PackageDownload _download;
    private readonly DebianArchive _debian;
    private readonly AlpineArchive _alpine;
    private readonly RpmArchive _rpm;
    private readonly LanguageIndexes _languages;

    /// <summary>Creates it; nobody is asked before the first question.</summary>
    /// <param name="options">Where things are looked up.</param>
    /// <param name="cache">Keeps what may be asked for again; null: nothing is kept.</param>
    /// <param name="allowAnyAddress">Whether private addresses may be reached, as the command line may; the settings' own addresses always are.</param>
    /// <param name="time">The time.</param>
    public PackageIndexes(PackageOptions options, ICache? cache, bool allowAnyAddress, TimeProvider time)
        : this(options, cache, GuardedConnections.CreateClient(allowAnyAddress ? AddressScope.Any : options.Addresses.Count > 0 ? AddressScope.Private : AddressScope.Public, 6), time)
    {
    }

    internal PackageIndexes(PackageOptions options, ICache? cache, HttpClient http, TimeProvider time)
    {
        var keyrings = new Keyrings(options.Keyrings);
        _download = new PackageDownload(http, cache, time);
        _debian = new DebianArchive(options, _download, keyrings, time);
        _alpine = new AlpineArchive(options, _download, keyrings);
        _rpm = new RpmArchive(options, _download);
        _languages = new LanguageIndexes(options, _download);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FindAsync(Suite suite, string? target, Platform platform, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(suite);
        var found = suite.Ecosystem switch
        {
            PackageEcosystem.Apt => await _debian.FindAsync(suite, target, platform, names, cancellationToken),
            PackageEcosystem.Apk => await _alpine.FindAsync(suite, platform, names, cancellationToken),
            _ => await _rpm.FindAsync(suite, platform, names, cancellationToken),
        };
        return found.ToDictionary(f => f.Key, f => (IReadOnlyList<string>)f.Value, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<OfferedVersion>?> ListVersionsAsync(PackageEcosystem ecosystem, string name, CancellationToken cancellationToken) => _languages.ListAsync(ecosystem, name, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _download.Dispose();
}
