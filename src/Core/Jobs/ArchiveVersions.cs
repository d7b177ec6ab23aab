using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;
using Basewatch.Core.Vulnerabilities;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Which versions of what installed packages were built from the archives of their distributions hold now.</summary>
public sealed partial class ArchiveVersions(IPackageIndexes indexes, ILogger<ArchiveVersions> logger)
{
    private static readonly Platform Usual = new("linux", "amd64");

    /// <summary>The newest version of each package's source. One of which nothing is known is missing: of a distribution without a known archive, or of an archive that did not answer.</summary>
    /// <param name="packages">What is installed.</param>
    /// <param name="platform">For which; null: the usual one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IReadOnlyDictionary<InstalledPackage, string>> FindAsync(IReadOnlyList<InstalledPackage> packages, Platform? platform, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(packages);
        var found = new Dictionary<InstalledPackage, string>();
        foreach (var release in packages.GroupBy(p => p.Release))
        {
            if (Suite.Of(release.Key.Id, release.Key.Version) is not { } suite)
            {
                continue;
            }

            try
            {
                var held = await indexes.FindAsync(suite, null, platform ?? Usual, [.. release.Select(p => p.Name).Distinct(StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false);
                foreach (var package in release.Where(p => !IsOfStream(suite, p.Version)))
                {
                    var newest = (held.GetValueOrDefault(package.Name) ?? []).Where(v => !IsOfStream(suite, v)).Select(package.SourceVersionOf)
                        .Aggregate((string?)null, (most, v) => v is null || PackageOrder.Compare(package.Format, v, v) is null ? most : most is null || PackageOrder.Compare(package.Format, v, most) > 0 ? v : most);
                    if (newest is not null)
                    {
                        found[package] = newest;
                    }
                }
            }
            catch (PackageIndexException e)
            {
                LogGap(e.Message);
            }
        }

        return found;
    }

    /// <summary>A version of a module is another stream's as likely as not.</summary>
    private static bool IsOfStream(Suite suite, string version) => suite.Ecosystem == PackageEcosystem.Rpm && RpmVersion.TryParse(version, out var read) && read.IsModular;

    [LoggerMessage(Level = LogLevel.Information, Message = "Whether a rebuild would fix anything is not known: {Problem}")]
    private partial void LogGap(string problem);
}
