using System.Text;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>A file of a commit that is configuration as a whole.</summary>
/// <param name="Path">Where it is looked for.</param>
/// <param name="Blob">SHA of its content; of the link's own where that is <see cref="IsBroken"/>.</param>
/// <param name="IsBroken">Whether it is a link that leads to no file of the repository.</param>
internal sealed record ConfigurationFile(string Path, string Blob, bool IsBroken)
{
    /// <summary>
    /// Finds it; null where there is none. A link is followed, one of its folders too, but one alone and not out of the
    /// repository, as in a work tree on the disk.
    /// </summary>
    public static async Task<ConfigurationFile?> FindAsync(IRepositoryHost host, RepositoryName repository, RepositoryTree tree, string path, CancellationToken cancellationToken)
    {
        if (BlobOf(path) is { } blob)
        {
            return new(path, blob, IsBroken: false);
        }

        if (tree.Links.FirstOrDefault(l => path == l.Path || (path.StartsWith(l.Path, StringComparison.Ordinal) && path[l.Path.Length] == '/')) is not { } link)
        {
            return null;
        }

        var target = RepositoryLink.TargetOf(link.Path, Encoding.UTF8.GetString(await host.GetBlobAsync(repository, link.Blob, cancellationToken).ConfigureAwait(false)));
        return target is not null && BlobOf(target + path[link.Path.Length..]) is { } found ? new(path, found, IsBroken: false)
            : target is null || link.Path == path ? new(path, link.Blob, IsBroken: true)
            : null;

        string? BlobOf(string wanted) => tree.Files.FirstOrDefault(f => f.Path == wanted)?.Blob;
    }

    /// <summary>Reads it.</summary>
    public async Task<(IReadOnlyList<ConfigurationPart> Parts, FileProblem? Problem)> ReadAsync(IRepositoryHost host, RepositoryName repository, CancellationToken cancellationToken)
    {
        if (IsBroken)
        {
            return (DialectCatalog.ReadNothing(Path), new FileProblem(Path, null, RepositoryLink.Broken));
        }

        try
        {
            var content = await host.GetBlobAsync(repository, Blob, cancellationToken).ConfigureAwait(false);
            return (DialectCatalog.ReadWhole(Path, content, out var problem), problem);
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.Malformed)
        {
            return (DialectCatalog.ReadNothing(Path), new FileProblem(Path, null, e.Message));
        }
    }
}
