using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>A registry in memory. A tag's digest follows from the content that it was pushed with.</summary>
internal sealed class MemoryRegistry : IRegistry
{
    private readonly Dictionary<ImageName, SortedDictionary<string, Digest>> _images = [];

    private readonly Dictionary<Digest, (string[] Platforms, DateTimeOffset? Created)> _contents = [];

    private readonly Dictionary<(Digest Index, string Platform), string> _shared = [];

    /// <summary>Requests for lists, for digests and for manifests.</summary>
    public int Lists { get; private set; }

    /// <inheritdoc cref="Lists"/>
    public int Resolutions { get; private set; }

    /// <inheritdoc cref="Lists"/>
    public int Manifests { get; private set; }

    /// <inheritdoc cref="Lists"/>
    public int Dates { get; private set; }

    /// <inheritdoc cref="Lists"/>
    public int Referrers { get; private set; }

    /// <inheritdoc cref="Lists"/>
    public int Configurations { get; private set; }

    /// <summary>What images say of themselves, by the digests of their manifests; what is not here is an index of images that say nothing.</summary>
    public Dictionary<Digest, ImageConfiguration> Said { get; } = [];

    /// <summary>What is attached to digests beside signatures.</summary>
    public Dictionary<Digest, Referrer> Attached { get; } = [];

    /// <summary>Whether it says when tags were pushed.</summary>
    public bool KeepsDates { get; set; }

    /// <summary>Digests that are signed.</summary>
    public HashSet<Digest> Signed { get; } = [];

    /// <summary>Whether it does not say what is attached to digests.</summary>
    public bool RefusedReferrers { get; set; }

    /// <summary>Gives two indexes the same manifest for a platform.</summary>
    public void Share(Digest one, Digest other, string platform) => _shared[(one, platform)] = _shared[(other, platform)] = $"{one} {platform} shared";

    /// <summary>Digests that the registry gives and does not have.</summary>
    public HashSet<Digest> Missing { get; } = [];

    /// <summary>Tags that stand in the list, and name nothing.</summary>
    public HashSet<string> Dangling { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether manifests are refused.</summary>
    public bool RefusedContents { get; set; }

    /// <summary>How long it asks to wait, whatever it is asked; null: it answers.</summary>
    public TimeSpan? Wait { get; set; }

    /// <summary>Images whose registry does not answer.</summary>
    public HashSet<ImageName> Silent { get; } = [];

    /// <summary>Tags whose digest the registry does not give, and how long it asks to wait.</summary>
    public Dictionary<string, TimeSpan> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Images that are mirrors.</summary>
    public Dictionary<ImageName, ImageMirror> Mirrors { get; } = [];

    /// <summary>Requests so far.</summary>
    public int Requests { get; private set; }

    public static Digest DigestOf(string content) => Digest.Of(Encoding.UTF8.GetBytes(content));

    public void Push(string image, string tag, string content = "first", DateTimeOffset? created = null, params string[] platforms)
    {
        _contents[DigestOf($"{image}:{tag} {content}")] = (platforms.Length == 0 ? ["linux/amd64", "linux/arm64"] : platforms, created);
        var name = ImageName.Parse(image);
        if (!_images.TryGetValue(name, out var tags))
        {
            _images[name] = tags = new SortedDictionary<string, Digest>(StringComparer.Ordinal);
        }

        tags[tag] = DigestOf($"{image}:{tag} {content}");
    }

    public void Delete(string image, string tag) => _images[ImageName.Parse(image)].Remove(tag);

    public ImageMirror? MirrorOf(ImageName image) => Mirrors.GetValueOrDefault(image);

    public Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken)
    {
        Ask(image);
        Lists++;
        return Task.FromResult<IReadOnlyList<string>?>(_images.TryGetValue(image, out var tags) ? [.. tags.Keys] : null);
    }

    public Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        Ask(reference.Name);
        Resolutions++;
        if (Refused.TryGetValue(reference.Tag!, out var wait))
        {
            throw new RegistryException(reference.Name.Registry, RegistryFailure.RateLimited, $"asked too often: request {Requests}", wait);
        }

        return Task.FromResult(!Dangling.Contains(reference.Tag!) && _images.TryGetValue(reference.Name, out var tags) ? tags.GetValueOrDefault(reference.Tag!) : null);
    }

    public Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        Ask(reference.Name);
        Manifests++;
        if (RefusedContents)
        {
            throw new RegistryException(reference.Name.Registry, RegistryFailure.RateLimited, $"asked too often: request {Requests}");
        }

        if ((reference.Digest ?? _images.GetValueOrDefault(reference.Name)?.GetValueOrDefault(reference.Tag ?? "latest")) is not { } digest || Missing.Contains(digest))
        {
            return Task.FromResult<Manifest?>(null);
        }

        if (Said.ContainsKey(digest))
        {
            return Task.FromResult<Manifest?>(new Manifest(digest, "application/vnd.oci.image.manifest.v1+json", default, []) { Configuration = digest });
        }

        var (platforms, created) = _contents.GetValueOrDefault(digest, (["linux/amd64", "linux/arm64"], null));
        return Task.FromResult<Manifest?>(new Manifest(
            digest,
            "application/vnd.oci.image.index.v1+json",
            default,
            [.. platforms.Select(p => new ManifestEntry(DigestOf(_shared.GetValueOrDefault((digest, p), $"{digest} {p}")), Platform.TryParse(p, out var platform) ? platform : null))])
        {
            Created = created,
        });
    }

    public Task<ImageConfiguration?> GetConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken)
    {
        Ask(image);
        Configurations++;
        return Task.FromResult(Said.GetValueOrDefault(digest));
    }

    public Task<byte[]?> GetBlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken)
    {
        Ask(image);
        return Task.FromResult<byte[]?>(null);
    }

    public Task<TagDate?> GetPushDateAsync(ImageReference tag, CancellationToken cancellationToken)
    {
        if (!KeepsDates)
        {
            return Task.FromResult<TagDate?>(null);
        }

        Ask(tag.Name);
        Dates++;
        return Task.FromResult(TagDate.Of(_contents.GetValueOrDefault(tag.Digest!).Created, DateSource.Registry));
    }

    public Task<IReadOnlyList<Referrer>> GetReferrersAsync(ImageName image, Digest subject, string? artifactType, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken)
    {
        Ask(image);
        Referrers++;
        return RefusedReferrers
            ? throw new RegistryException(image.Registry, RegistryFailure.ServerError, $"broken: request {Requests}")
            : Task.FromResult<IReadOnlyList<Referrer>>([.. Signed.Contains(subject) ? [Signature(subject)] : (Referrer[])[], .. Attached.TryGetValue(subject, out var attached) ? [attached] : (Referrer[])[]]);
    }

    private static Referrer Signature(Digest subject) =>
        new(DigestOf($"signature of {subject}"), "application/vnd.cncf.notary.signature", "application/vnd.oci.image.manifest.v1+json", 700, new Dictionary<string, string>(StringComparer.Ordinal));

    private void Ask(ImageName image)
    {
        lock (_images)
        {
            Requests++;
        }

        if (Wait is { } wait)
        {
            throw new RegistryException(image.Registry, RegistryFailure.RateLimited, $"{image.Registry} was asked too often", wait);
        }

        if (Silent.Contains(image))
        {
            throw new RegistryException(image.Registry, RegistryFailure.Unreachable, $"{image.Registry} did not answer");
        }
    }
}
