using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Jobs;

/// <summary>Moves the digest that a Dockerfile pins, by a commit to the default branch: what pushes start builds the image.</summary>
public sealed class DigestCommit(IRepositoryHost host, FormatCatalog formats)
{
    private const string Trailer = "Basewatch-Build: ";

    private const int MostRaces = 3;

    /// <summary>Commits. Where all is as it should be already nothing is done, and the build has no name.</summary>
    /// <exception cref="BuildHostException">It can't be done.</exception>
    public async Task<BuildRun> StartAsync(BuildRequest request, OwnImage image, IReadOnlyList<RebuildCause> causes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(image);
        var wanted = causes.Where(c => c.Reason == RebuildReason.BaseDigest).DistinctBy(c => c.Subject, StringComparer.Ordinal).ToDictionary(c => c.Subject, c => Digest.Parse(c.To), StringComparer.Ordinal);
        var path = image.Dockerfile.Split('#')[0];
        for (var race = 0; race < MostRaces; race++)
        {
            var head = await host.GetHeadAsync(request.Repository, cancellationToken).ConfigureAwait(false) ?? throw Refused(request, "the repository is gone");
            var tree = await host.GetTreeAsync(request.Repository, head.Commit, cancellationToken).ConfigureAwait(false);
            var file = tree.Files.FirstOrDefault(f => f.Path == path) ?? throw Refused(request, $"there is no {path} any more");
            var bytes = await host.GetBlobAsync(request.Repository, file.Blob, cancellationToken).ConfigureAwait(false);
            if (!SourceFile.TryRead(path, bytes, out var source, out var problem))
            {
                throw Refused(request, problem.Message);
            }

            var uses = formats.Read(source).Uses;
            var targets = new Dictionary<ImageUse, ImageReference>();
            foreach (var use in uses)
            {
                if (use.Reference is { Digest: not null } pinned && wanted.TryGetValue((pinned with { Digest = null }).Familiar, out var digest) && pinned.Digest != digest)
                {
                    targets[use] = pinned with { Digest = digest };
                }
            }

            if (targets.Count == 0)
            {
                return new BuildRun(null, null, BuildState.LeftToHost, "the digest was moved already");
            }

            if (!ReferenceEdit.TryApply(formats, [(source, uses)], targets, out var texts, out var refused))
            {
                throw Refused(request, refused.Message);
            }

            var files = texts.Select(t => new CommitFile(t.Key, file.Mode, SourceFile.Encode(t.Value))).ToList();
            var commit = await host.CommitAsync(request.Repository, new CommitRequest(head.Commit, files, _ => $"build: move the digest of {string.Join(", ", wanted.Keys.Order(StringComparer.Ordinal))}\n\n{Trailer}{request.Id}\n"), cancellationToken).ConfigureAwait(false);
            if (await host.SetBranchAsync(request.Repository, head.Branch, commit.Sha, head.Commit, cancellationToken).ConfigureAwait(false))
            {
                return new BuildRun(commit.Sha, null, BuildState.Running);
            }
        }

        throw new BuildHostException(request.Repository.ToString(), $"{request.Repository}: others push to its default branch all the time", TimeSpan.FromMinutes(1));
    }

    /// <summary>The commit of a request where it is the newest of the default branch; null where it is not there, or others came after it: then all is as it should be, and starting it again does nothing.</summary>
    public async Task<BuildRun?> FindAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await host.GetHeadAsync(request.Repository, cancellationToken).ConfigureAwait(false) is { } head
            && await host.GetBranchAsync(request.Repository, head.Branch, cancellationToken).ConfigureAwait(false) is { } commit
            && commit.Message.Contains(Trailer + request.Id, StringComparison.Ordinal)
            ? new BuildRun(commit.Sha, null, BuildState.Running)
            : null;
    }

    private static BuildHostException Refused(BuildRequest request, string why) => new(request.Repository.ToString(), $"{request.Repository}: the digest can't be moved: {why}") { IsRefusal = true };
}
