using System.Text.Json.Serialization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Jobs.State;

/// <summary>How an image in use stands in its registry.</summary>
/// <param name="IsGone">Whether the registry has no such repository any more.</param>
/// <param name="Digests">For each tag in use what it names; null where it is gone. Tags of which that is not known are missing.</param>
/// <param name="Asked">The digests in use whose content was asked for.</param>
/// <param name="AskAfter">When what may change is asked for again.</param>
/// <param name="Newest">The newest of the tags that its users would follow, where that is a year old or older; null where it is not, or is not known.</param>
public sealed record ImageStanding(bool IsGone, IReadOnlyDictionary<string, string?> Digests, IReadOnlyList<string> Asked, DateTimeOffset AskAfter, NewestTag? Newest)
{
    /// <summary>Whether another one says the same.</summary>
    public bool IsSameAs(ImageStanding? other) =>
        other is not null && IsGone == other.IsGone && AskAfter == other.AskAfter && Newest == other.Newest
        && Asked.SequenceEqual(other.Asked, StringComparer.Ordinal)
        && Digests.Count == other.Digests.Count && Digests.All(d => other.Digests.TryGetValue(d.Key, out var digest) && digest == d.Value);
}

/// <summary>When the newest of an image's tags was made.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="At">When.</param>
/// <param name="Source">Who says so.</param>
public sealed record NewestTag(string Tag, DateTimeOffset At, [property: JsonConverter(typeof(JsonStringEnumConverter<DateSource>))] DateSource Source);

/// <summary><see cref="ImageEvidence"/> as it is kept. All but the end and whether it is gone never changes.</summary>
/// <param name="Image">Canonical name.</param>
/// <param name="Digest">What it was read of.</param>
/// <param name="Tag">The tag that it was in use under; null: a digest alone.</param>
/// <param name="At">When it was asked for.</param>
public sealed record ImageEvidenceRecord(string Image, string Digest, string? Tag, DateTimeOffset At)
{
    /// <summary>What it is built from.</summary>
    public string? Base { get; init; }

    /// <summary>The digest of that.</summary>
    public string? BaseDigest { get; init; }

    /// <summary>What of it names that.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<BaseWord>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public BaseWord BaseSaidBy { get; init; }

    /// <summary>What its build took: references, with <c>+</c> before one that it begins with the layers of, <c>-</c> before one that it does not, <c>?</c> where that is not said.</summary>
    public IReadOnlyList<string>? Materials { get; init; }

    /// <summary>The commit that it is built of.</summary>
    public string? Revision { get; init; }

    /// <summary>Whether its provenance was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasProvenance { get; init; }

    /// <summary>Its distribution.</summary>
    public ShippedVersion? Distribution { get; init; }

    /// <summary>What it ships.</summary>
    public IReadOnlyList<ShippedVersion>? Products { get; init; }

    /// <summary>Its uncompressed layers, the lowest first.</summary>
    public IReadOnlyList<string>? Layers { get; init; }

    /// <summary>When it was built.</summary>
    public DateTimeOffset? Built { get; init; }

    /// <summary>Who says so.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<DateSource>))]
    public DateSource BuiltBy { get; init; }

    /// <summary>The end that its publisher has attached.</summary>
    public DateOnly? PublishedEnd { get; init; }

    /// <summary>What it says of its own deprecation.</summary>
    public string? Deprecation { get; init; }

    /// <summary>The repository that it is built in.</summary>
    public string? Source { get; init; }

    /// <summary>Whether the registry no longer has it.</summary>
    public bool IsGone { get; init; }

    /// <summary>The record of evidence.</summary>
    public static ImageEvidenceRecord Of(ImageName image, string? tag, ImageEvidence evidence, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(evidence);
        return new(image.Canonical, evidence.Digest.ToString(), tag, at)
        {
            Base = evidence.Base?.ToString(),
            BaseDigest = evidence.BaseDigest?.ToString(),
            BaseSaidBy = evidence.BaseSaidBy,
            Materials = evidence.Materials is null ? null : [.. evidence.Materials.Select(m => $"{(m.IsBase is { } isBase ? (isBase ? '+' : '-') : '?')}{m.Image}")],
            Revision = evidence.Revision,
            HasProvenance = true,
            Distribution = evidence.Distribution,
            Products = evidence.Products.Count == 0 ? null : evidence.Products,
            Layers = evidence.Layers.Count == 0 ? null : [.. evidence.Layers.Select(l => l.ToString())],
            Built = evidence.Built?.At,
            BuiltBy = evidence.Built?.Source ?? DateSource.Given,
            PublishedEnd = evidence.PublishedEnd,
            Deprecation = evidence.Deprecation,
            Source = evidence.Source,
            IsGone = evidence.IsGone,
        };
    }

    /// <summary>The evidence again.</summary>
    public ImageEvidence ToEvidence() => new(Images.Digest.Parse(Digest))
    {
        Base = ImageReference.TryParse(Base, out var named) ? named : null,
        BaseDigest = Images.Digest.TryParse(BaseDigest, out var digest) ? digest : null,
        BaseSaidBy = BaseSaidBy,
        Materials = Materials?.Where(m => m.Length > 1).Select(m => new BuildMaterial(ImageReference.Parse(m[1..]), m[0] switch { '+' => true, '-' => false, _ => null })).ToList(),
        Revision = Revision,
        Distribution = Distribution,
        Products = Products ?? [],
        Layers = [.. (Layers ?? []).Select(Images.Digest.Parse)],
        Built = Built is { } at ? new TagDate(at, BuiltBy) : null,
        PublishedEnd = PublishedEnd,
        Deprecation = Deprecation,
        Source = Source,
        IsGone = IsGone,
    };
}

/// <summary>What one repository builds from its Dockerfiles.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Builds">Its images.</param>
/// <param name="Root">What the only Dockerfile at its root is built from.</param>
public sealed record BuildsRecord(string Repository, IReadOnlyList<BuildRecord> Builds, IReadOnlyList<string> Root)
{
    /// <summary>The ways to have them built that are configured for it; null for none.</summary>
    public IReadOnlyList<RebuildMethod>? Methods { get; init; }

    /// <summary>The files that its images depend on, and the SHAs of their contents; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Dependencies { get; init; }

    /// <summary>Every image that it builds, for the graph: of one Dockerfile under one name, whatever its tags.</summary>
    public IEnumerable<OwnImage> OwnImages() =>
        from build in Builds
        let image = ImageReference.Parse(build.Image)
        group (image.Tag, build.Bases) by (image.Name, build.Dockerfile) into same
        select new OwnImage(same.Key.Name, Repository, same.Key.Dockerfile)
        {
            // One that is built as whatever may be built as any.
            Tags = same.Any(b => b.Tag is null) ? [] : [.. same.Select(b => b.Tag!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Bases = [.. same.SelectMany(b => b.Bases).Distinct(StringComparer.Ordinal).Select(ImageReference.Parse)],
            Methods = [.. (Methods ?? []).Where(m => m.IsFor(same.Key.Name) || (m.Registry is not null && same.Key.Name.Registry == "azurecr.io"))],
            Dependencies = Dependencies ?? new Dictionary<string, string>(StringComparer.Ordinal),
        };

    /// <summary>The record of a repository's builds; null where it has none.</summary>
    public static BuildsRecord? Of(string repository, IReadOnlyList<BuiltImage> builds, IReadOnlyList<ImageReference> root)
    {
        ArgumentNullException.ThrowIfNull(builds);
        ArgumentNullException.ThrowIfNull(root);
        return builds.Count + root.Count == 0 ? null : new(
            repository,
            [.. builds.Select(b => new BuildRecord(new ImageReference(b.Name, b.Tag).ToString(), b.Dockerfile, [.. b.Bases.Select(r => r.ToString())]))],
            [.. root.Select(r => r.ToString())]);
    }

    /// <summary>Adds what the repository builds to an index.</summary>
    public void AddTo(BuiltImages index)
    {
        ArgumentNullException.ThrowIfNull(index);
        index.Add(Builds.Select(b => (Image: ImageReference.Parse(b.Image), Build: b)).Select(b => new BuiltImage(b.Image.Name, b.Image.Tag, Repository, b.Build.Dockerfile, [.. b.Build.Bases.Select(ImageReference.Parse)])),
            Repository, [.. Root.Select(ImageReference.Parse)]);
    }
}

/// <summary><see cref="BuiltImage"/> as it is kept.</summary>
/// <param name="Image">Name and tag.</param>
/// <param name="Dockerfile">Path and stage.</param>
/// <param name="Bases">What it is built from.</param>
public sealed record BuildRecord(string Image, string Dockerfile, IReadOnlyList<string> Bases);
