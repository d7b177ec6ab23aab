using System.Collections.Concurrent;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Packages;

/// <summary>Archives in memory.</summary>
internal sealed class MemoryPackages : IPackageIndexes
{
    /// <summary>Versions by suite, architecture (<c>*</c> for any) and name: <c>debian/bookworm amd64 curl</c>.</summary>
    public Dictionary<string, string[]> Archive { get; } = new(StringComparer.Ordinal);

    /// <summary>Versions by ecosystem and name, <c>npm yarn</c>; in parentheses what is withdrawn.</summary>
    public Dictionary<string, string[]> Languages { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Asked { get; } = new();

    public bool IsSilent { get; set; }

    public Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FindAsync(Suite suite, string? target, Platform platform, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        Asked.Enqueue($"{suite} {platform}");
        return IsSilent
            ? throw new PackageIndexException("deb.debian.org", "did not answer")
            : Task.FromResult<IReadOnlyDictionary<string, IReadOnlyList<string>>>(names
                .Select(n => (Name: n, Versions: Archive.GetValueOrDefault($"{suite} {platform.Architecture} {n}") ?? Archive.GetValueOrDefault($"{suite} * {n}")))
                .Where(n => n.Versions is not null)
                .ToDictionary(n => n.Name, n => (IReadOnlyList<string>)n.Versions!, StringComparer.Ordinal));
    }

    public Task<IReadOnlyList<OfferedVersion>?> ListVersionsAsync(PackageEcosystem ecosystem, string name, CancellationToken cancellationToken)
    {
        Asked.Enqueue($"{ecosystem.Word()} {name}");
        return IsSilent
            ? throw new PackageIndexException("registry.npmjs.org", "did not answer")
            : Task.FromResult<IReadOnlyList<OfferedVersion>?>(Languages.GetValueOrDefault($"{ecosystem.Word()} {name}")?.Select(v => new OfferedVersion(v.Trim('(', ')'), v[0] == '(')).ToList());
    }
}
