using System.Text.Json.Serialization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Jobs.State;

/// <summary>What tags of an image name.</summary>
/// <param name="Image">Canonical name.</param>
/// <param name="Tags">By tag.</param>
public sealed record RebuildTagsRecord(string Image, IReadOnlyDictionary<string, RebuildTagRecord> Tags);

/// <summary><see cref="BaseNow"/> as it is kept.</summary>
/// <param name="Digest">What the tag names.</param>
/// <param name="Parts">The images that this is an index of.</param>
/// <param name="Since">When it was first seen to.</param>
public sealed record RebuildTagRecord(string Digest, IReadOnlyList<string>? Parts, DateTimeOffset Since)
{
    /// <summary>The record of it.</summary>
    public static RebuildTagRecord Of(BaseNow now, DateTimeOffset since)
    {
        ArgumentNullException.ThrowIfNull(now);
        return new(now.Digest.ToString(), now.Parts.Count == 0 ? null : [.. now.Parts.Select(p => p.ToString())], since);
    }

    /// <summary>What it is again.</summary>
    public BaseNow ToNow() => new(Images.Digest.Parse(Digest), [.. (Parts ?? []).Select(Images.Digest.Parse)]);
}

/// <summary><see cref="OwnImageFacts"/> as they are kept.</summary>
/// <param name="Key"><see cref="OwnImage.Key"/>.</param>
/// <param name="Image">Canonical name and watched tag.</param>
/// <param name="Digest">What that names.</param>
/// <param name="SeenAt">When it was first seen to.</param>
/// <param name="Bases">What it was built on.</param>
public sealed record OwnImageRecord(string Key, string Image, string? Digest, DateTimeOffset SeenAt, IReadOnlyList<BuiltOnRecord> Bases)
{
    /// <summary>What it is built from.</summary>
    public string? Origin { get; init; }

    /// <summary>The digest of that then.</summary>
    public string? OriginAt { get; init; }

    /// <summary>Who says so.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<OriginSource>))]
    public OriginSource OriginSource { get; init; }

    /// <summary>The files that it depends on, in its commit.</summary>
    public IReadOnlyDictionary<string, string>? Dependencies { get; init; }

    /// <summary>The record of facts.</summary>
    public static OwnImageRecord Of(string key, ImageReference watched, OwnImageFacts facts)
    {
        ArgumentNullException.ThrowIfNull(watched);
        ArgumentNullException.ThrowIfNull(facts);
        return new(key, watched.Canonical, facts.Digest?.ToString(), facts.SeenAt, [.. facts.Bases.Select(b => new BuiltOnRecord(b.Base.Canonical, b.At?.ToString(), b.Seen?.ToString(), b.From?.Canonical))])
        {
            Origin = facts.Origin.Base?.Canonical,
            OriginAt = facts.Origin.At?.ToString(),
            OriginSource = facts.Origin.Source,
            Dependencies = facts.Dependencies,
        };
    }

    /// <summary>The facts again.</summary>
    public OwnImageFacts ToFacts() => new(Read(Digest), SeenAt, [.. Bases.Select(b => new BuiltOn(ImageReference.Parse(b.Base), Read(b.At), Read(b.Seen)) { From = b.From is null ? null : ImageReference.Parse(b.From) })])
    {
        Origin = new ImageOrigin(Origin is null ? null : ImageReference.Parse(Origin), Read(OriginAt), OriginSource),
        Dependencies = Dependencies,
    };

    private static Digest? Read(string? digest) => Images.Digest.TryParse(digest, out var read) ? read : null;
}

/// <summary><see cref="BuiltOn"/> as it is kept.</summary>
/// <param name="Base">The base.</param>
/// <param name="At">Its digest then, as somebody says.</param>
/// <param name="Seen">Its digest when the image was first seen.</param>
/// <param name="From">The tag of it that the image was built from.</param>
public sealed record BuiltOnRecord(string Base, string? At, string? Seen, string? From);

/// <summary>
/// That an image should be built again for another reason than its base: it counts as long as the image is what it was said of. Whoever
/// says so says it again, or takes it back.
/// </summary>
/// <param name="Image">Canonical name.</param>
/// <param name="Digest">What it was said of.</param>
/// <param name="Source">Who says so: one word.</param>
/// <param name="Causes">Why.</param>
public sealed record RebuildWishRecord(string Image, string Digest, string Source, IReadOnlyList<RebuildCause> Causes);

/// <summary>When rebuilds are looked at again.</summary>
/// <param name="NextAt">A look is queued for then.</param>
public sealed record RebuildPaceRecord(DateTimeOffset NextAt);
