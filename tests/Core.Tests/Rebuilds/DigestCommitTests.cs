using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Basewatch.Core.Tests.Jobs;

namespace Basewatch.Core.Tests.Rebuilds;

/// <summary>Digests that Dockerfiles pin, moved by a commit.</summary>
public sealed class DigestCommitTests
{
    private static readonly RepositoryName Web = RepositoryName.Parse("acme/web");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_digests_of_one_base_are_moved_by_one_commit()
    {
        var (one, two, now) = (Pin("one"), Pin("two"), Pin("now"));
        var host = new MemoryRepositoryHost();
        host.Create(Web, ("Dockerfile", $"FROM {one} AS build\nFROM {two}\nCOPY --from=build /a /a\n"));
        var image = new OwnImage(ImageName.Parse("ghcr.io/acme/web"), Web.ToString(), "Dockerfile") { Bases = [one, two] };
        RebuildCause[] causes = [.. image.Bases.Select(b => new RebuildCause(RebuildReason.BaseDigest, "debian:12", b.Digest!.ToString(), now.Digest!.ToString()))];
        var run = await new DigestCommit(host, FormatCatalog.Default).StartAsync(new BuildRequest("id", Web, new RebuildMethod(RebuildKind.Commit, ""), "web", "its base moved"), image, causes, Cancelled);
        Assert.Equal(BuildState.Running, run.State);
        Assert.Equal($"FROM {now} AS build\nFROM {now}\nCOPY --from=build /a /a\n", host.Text(Web, "main", "Dockerfile"));
    }

    private static ImageReference Pin(string content) => ImageReference.Parse("debian:12") with { Digest = MemoryRegistry.DigestOf(content) };
}
