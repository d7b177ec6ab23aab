using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Bench.Scale;

/// <summary>
/// Repositories that use ten images each, a fifth as many images as repositories, and a registry that has them. Ten of the images
/// are in a tenth of the repositories each, and all others in about the same number.
/// </summary>
internal sealed class SampleOrganisation(int repositories) : IRegistry, IRepositoryHost
{
    private const int UsesEach = 10;
    private const int Popular = 10;
    private const string Tag = "1.9.9";

    private static readonly string[] Tags = [.. from minor in Enumerable.Range(0, 10) from patch in Enumerable.Range(0, 10) from suffix in new[] { "", "-slim" } select string.Create(CultureInfo.InvariantCulture, $"1.{minor}.{patch}{suffix}")];

    private readonly ConcurrentDictionary<string, CommitInfo> _commits = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<(RepositoryName, string), CommitInfo> _branches = new();

    private readonly ConcurrentDictionary<(RepositoryName, string), PullRequest> _pullRequests = new();

    private readonly ConcurrentDictionary<ImageName, int> _builds = new();

    private int _requests;

    private int _calls;

    public int Images { get; } = repositories / 5;

    public int PullRequests => _pullRequests.Count;

    /// <summary>Requests to the registry and calls to the host since this was last called.</summary>
    public (int Registry, int Host) Take() => (Interlocked.Exchange(ref _requests, 0), Interlocked.Exchange(ref _calls, 0));

    /// <summary>Publishes the tag in use of some images anew; none of the ten.</summary>
    public void Republish(int images)
    {
        for (var i = 0; i < images; i++)
        {
            _builds.AddOrUpdate(Image(Popular + i), 1, (_, build) => build + 1);
        }
    }

    /// <summary>Writes what the service remembers of all repositories once it has read them.</summary>
    public async Task SeedAsync(Memory memory, int readAs)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16 };
        await Parallel.ForEachAsync(Enumerable.Range(0, Images), options, async (i, token) =>
            await memory.Images.TryPutAsync(Memory.ImageKey(Image(i)), new ImageRecord(Image(i).Canonical, null, null, null, null), StateVersion.None, token));
        await Parallel.ForEachAsync(Enumerable.Range(0, repositories), options, async (r, token) =>
        {
            var repository = Repository(r);
            var uses = Used(r).Select((image, line) => new InventoryUse("dockerfile", line + 1, 6, Reference(image), null, true, null)).ToList();
            var inventory = new Inventory(
                "main", CommitOf(r), Inventory.FormatsOf(FormatCatalog.Default), [new InventoryFile("Dockerfile", BlobOf(r), "100644", uses, [])], [], [.. Used(r).Select(i => Image(i).Canonical)]);
            await memory.Repositories.TryPutAsync(
                Memory.RepositoryKey(repository), new RepositoryRecord(repository.ToString(), "seen", "main", CommitOf(r), readAs, DateTimeOffset.UnixEpoch, uses.Count, []), StateVersion.None, token);
            await memory.Inventories.TryPutAsync(Memory.InventoryKey(repository), inventory, StateVersion.None, token);
            foreach (var (image, line) in Used(r).Select((image, line) => (image, line)))
            {
                await memory.Users.TryPutAsync(
                    Memory.UserKey(Image(image), repository), new ImageUser(repository.ToString(), [new ImagePlace(Tag, "Dockerfile", line + 1)]), StateVersion.None, token);
            }
        });
    }

    public Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken) => Ask<IReadOnlyList<string>?>(Tags);

    public Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken) =>
        Ask<Digest?>(DigestOf(reference.Name, _builds.GetValueOrDefault(reference.Name)));

    public Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken) => Ask<Manifest?>(new Manifest(
        reference.Digest!,
        "application/vnd.oci.image.index.v1+json",
        default,
        [new ManifestEntry(Digest.Of(Encoding.UTF8.GetBytes($"{reference.Digest} amd64")), Platform.TryParse("linux/amd64", out var platform) ? platform : null)]));

    public Task<TagDate?> GetPushDateAsync(ImageReference tag, CancellationToken cancellationToken) => Ask<TagDate?>(null);

    public Task<IReadOnlyList<Referrer>> GetReferrersAsync(
        ImageName image, Digest subject, string? artifactType, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken) => Ask<IReadOnlyList<Referrer>>([]);

    public Task<ImageConfiguration?> GetConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken) => Ask<ImageConfiguration?>(null);

    public async IAsyncEnumerable<RepositoryListing> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Call(0);
        for (var r = 0; r < repositories; r++)
        {
            yield return new RepositoryListing(Repository(r), "seen");
        }
    }

    public Task<RepositoryHead?> GetHeadAsync(RepositoryName repository, CancellationToken cancellationToken) => Call<RepositoryHead?>(null);

    public Task<RepositoryTree> GetTreeAsync(RepositoryName repository, string commit, CancellationToken cancellationToken) => Call(new RepositoryTree(commit, [], []));

    public Task<byte[]?> GetBlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<byte[]> GetBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken) =>
        Call(Encoding.UTF8.GetBytes(string.Concat(Used(int.Parse(blob, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).Select(i => $"FROM {Reference(i)}\n"))));

    public Task<CommitInfo?> GetBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) => Call(_branches.GetValueOrDefault((repository, branch)));

    public Task<CommitInfo> CommitAsync(RepositoryName repository, CommitRequest request, CancellationToken cancellationToken)
    {
        var tree = Digest.Of(request.Files[0].Content.Span).Hex[..40];
        var commit = new CommitInfo(Digest.Of(Encoding.UTF8.GetBytes($"{repository} {tree} {request.Parent}")).Hex[..40], tree, request.Message(tree), [request.Parent]);
        return Call(_commits[commit.Sha] = commit);
    }

    public Task<bool> SetBranchAsync(RepositoryName repository, string branch, string commit, string? expected, CancellationToken cancellationToken)
    {
        _branches[(repository, branch)] = _commits[commit];
        return Call(true);
    }

    public Task DeleteBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) => Call(_branches.TryRemove((repository, branch), out _));

    public Task<IReadOnlyList<PullRequest>> ListOpenPullRequestsAsync(RepositoryName repository, string branchPrefix, CancellationToken cancellationToken) =>
        FindPullRequestsAsync(repository, "basewatch/digests", cancellationToken);

    public Task<IReadOnlyList<PullRequest>> FindPullRequestsAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        Call<IReadOnlyList<PullRequest>>(_pullRequests.TryGetValue((repository, branch), out var one) ? [one with { HeadCommit = _branches[(repository, branch)].Sha }] : []);

    public Task<PullRequest> OpenPullRequestAsync(RepositoryName repository, PullRequestDraft draft, CancellationToken cancellationToken) =>
        Call(_pullRequests[(repository, draft.Branch)] = new PullRequest(1, draft.Branch, _branches[(repository, draft.Branch)].Sha, PullRequestState.Open, draft.Title, draft.Body, "https://github.example/1"));

    public Task UpdatePullRequestAsync(RepositoryName repository, int number, string title, string body, CancellationToken cancellationToken) => Call(0);

    public Task ClosePullRequestAsync(RepositoryName repository, int number, string reason, CancellationToken cancellationToken) => Call(0);

    private static RepositoryName Repository(int r) => RepositoryName.Parse(string.Create(CultureInfo.InvariantCulture, $"acme/service-{r:00000}"));

    private static ImageName Image(int i) => ImageName.Parse(string.Create(CultureInfo.InvariantCulture, $"registry.example/team-{i % 40}/image-{i:0000}"));

    private static string Reference(int i) => $"{Image(i).Canonical}:{Tag}@{DigestOf(Image(i), 0)}";

    private static Digest DigestOf(ImageName image, int build) => Digest.Of(Encoding.UTF8.GetBytes($"{image} {Tag} {build}"));

    private static string CommitOf(int r) => r.ToString("x40", CultureInfo.InvariantCulture);

    private static string BlobOf(int r) => r.ToString("x40", CultureInfo.InvariantCulture);

    private int[] Used(int r) => [r % Popular, .. Enumerable.Range(0, UsesEach - 1).Select(k => Popular + (((r * (UsesEach - 1)) + k) % (Images - Popular)))];

    private Task<T> Ask<T>(T answer)
    {
        Interlocked.Increment(ref _requests);
        return Task.FromResult(answer);
    }

    private Task<T> Call<T>(T answer)
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(answer);
    }
}
