using Basewatch.Core.Images;
using Basewatch.Core.Packages;

namespace Basewatch.Core.Ports;

/// <summary>What the archives of distributions and the indexes of languages hold. Every call throws <see cref="PackageIndexException"/> when there is no whole answer.</summary>
public interface IPackageIndexes
{
    /// <summary>The versions of packages that a suite has with its updates and security updates, each in any order; of one that it never heard of there is nothing.</summary>
    /// <param name="suite">The distribution's release.</param>
    /// <param name="target">A suite that is asked besides: <c>bookworm-backports</c>; null for none.</param>
    /// <param name="platform">What the packages are for.</param>
    /// <param name="names">The packages.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FindAsync(Suite suite, string? target, Platform platform, IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>Every version of a language's package that can be installed, in any order; null when there is no such package.</summary>
    /// <param name="ecosystem">One of a language.</param>
    /// <param name="name">The package.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<IReadOnlyList<OfferedVersion>?> ListVersionsAsync(PackageEcosystem ecosystem, string name, CancellationToken cancellationToken);
}

/// <summary>A version that an index has.</summary>
/// <param name="Version">The version.</param>
/// <param name="IsWithdrawn">Whether its authors advise against it (yanked, deprecated): who names it gets it all the same.</param>
public sealed record OfferedVersion(string Version, bool IsWithdrawn = false);

/// <summary>An archive or an index did not answer, or not as it must: nothing may be decided from it.</summary>
public sealed class PackageIndexException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="source">The host, or what else was asked.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public PackageIndexException(string source, string message, Exception? innerException = null)
        : base($"{source}: {message}", innerException)
    {
    }
}
