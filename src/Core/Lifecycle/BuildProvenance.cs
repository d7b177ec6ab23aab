using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>
/// What BuildKit says of how an image was built, in an in-toto statement with SLSA provenance v0.2 or v1
/// (<see href="https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md"/>). It was written by whoever pushed
/// the image: what is not as BuildKit writes it is passed over.
/// </summary>
/// <param name="Materials">The images that the build took; null where it does not say which.</param>
/// <param name="Revision">The commit that it was built of.</param>
public sealed record BuildProvenance(IReadOnlyList<BuildMaterial>? Materials, string? Revision)
{
    /// <summary>The largest statement that is read, in bytes: with <c>mode=max</c> it holds the whole build.</summary>
    public const int LargestStatement = 8 * 1024 * 1024;

    private const int MostMaterials = 500;

    private const int MostSteps = 5000;

    private const int LongestUri = 2000;

    private const string SourcePrefix = "docker-image://";

    /// <summary>Nothing is said.</summary>
    public static BuildProvenance None { get; } = new(null, null);

    /// <summary>Whether a predicate is provenance.</summary>
    public static bool IsPredicate(string? type) => type is "https://slsa.dev/provenance/v0.2" or "https://slsa.dev/provenance/v1";

    /// <summary>Whether a text is the SHA of a commit.</summary>
    public static bool IsCommit(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is 40 or 64 && text.All(char.IsAsciiHexDigit);
    }

    /// <summary>Reads a statement. Nothing throws, whatever it is.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="subject">The manifest that it has to be about.</param>
    /// <param name="layers">The layers of that as they are packed, the lowest first.</param>
    public static BuildProvenance Read(ReadOnlyMemory<byte> statement, Digest subject, IReadOnlyList<Digest> layers)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(layers);
        try
        {
            using var document = JsonDocument.Parse(statement, new JsonDocumentOptions { MaxDepth = 128 });
            var root = document.RootElement;
            return IsAbout(root, subject) && IsPredicate(Text(root, "predicateType")) ? Read(root, layers) : None;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter where a text is no UTF-8.
            return None;
        }
    }

    /// <summary>Evidence with what is said here.</summary>
    public ImageEvidence AddTo(ImageEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return evidence with { Materials = Materials, Revision = evidence.Revision ?? Revision };
    }

    private static BuildProvenance Read(JsonElement root, IReadOnlyList<Digest> layers)
    {
        var isFirst = Text(root, "predicateType") == "https://slsa.dev/provenance/v1";
        var listed = isFirst ? Member(root, "predicate", "buildDefinition", "resolvedDependencies") : Member(root, "predicate", "materials");
        var metadata = isFirst ? Member(root, "predicate", "runDetails", "metadata", "buildkit_metadata") : Member(root, "predicate", "metadata", "https://mobyproject.org/buildkit@v1#metadata");
        var steps = (isFirst ? Member(root, "predicate", "buildDefinition", "internalParameters", "buildConfig") : Member(root, "predicate", "buildConfig")) is { } config ? Member(config, "llbDefinition") : null;
        var revision = metadata is { } known ? Text(known, "vcs", "revision") : null;
        revision = revision is not null && IsCommit(revision) ? revision.ToLowerInvariant() : null;
        if (listed is not { ValueKind: JsonValueKind.Array } materials)
        {
            return new BuildProvenance(null, revision);
        }

        var begun = LayersOf(steps, metadata);
        var read = new List<BuildMaterial>();
        foreach (var material in materials.EnumerateArray().Take(MostMaterials))
        {
            // The frontend is a program that reads the Dockerfile, and no part of the image.
            if (ImageOf(material) is { } image && image.Name.Repository is not ("docker/dockerfile" or "docker/dockerfile-upstream") && !read.Exists(m => m.Image == image))
            {
                bool? isBase = image.Digest is { } digest && begun.TryGetValue(digest, out var its)
                    ? its.Count > 0 && its.Count <= layers.Count && its.SequenceEqual(layers.Take(its.Count))
                    : null;
                read.Add(new BuildMaterial(image, isBase));
            }
        }

        return new BuildProvenance(read, revision);
    }

    /// <summary>With <c>mode=max</c> the layers of each image that was taken, by the digest that it was taken by.</summary>
    private static Dictionary<Digest, IReadOnlyList<Digest>> LayersOf(JsonElement? steps, JsonElement? metadata)
    {
        var found = new Dictionary<Digest, IReadOnlyList<Digest>>();
        if (steps is not { ValueKind: JsonValueKind.Array } all || metadata is not { } known || Member(known, "layers") is not { ValueKind: JsonValueKind.Object } layers)
        {
            return found;
        }

        foreach (var step in all.EnumerateArray().Take(MostSteps))
        {
            if (Text(step, "id") is { } id
                && (Text(step, "op", "Op", "source", "identifier") ?? Text(step, "op", "Op", "Source", "identifier")) is { Length: <= LongestUri } source && source.StartsWith(SourcePrefix, StringComparison.Ordinal)
                && ImageReference.TryParse(source[SourcePrefix.Length..], out var image) && image.Digest is { } digest
                && layers.TryGetProperty(id + ":0", out var chains) && chains.ValueKind == JsonValueKind.Array && chains.GetArrayLength() == 1 && chains[0] is { ValueKind: JsonValueKind.Array } chain)
            {
                var its = chain.EnumerateArray().Select(l => Digest.TryParse(Text(l, "digest"), out var layer) ? layer : null).ToList();
                if (its.TrueForAll(l => l is not null))
                {
                    found[digest] = its!;
                }
            }
        }

        return found;
    }

    /// <summary><c>pkg:docker/alpine@3.18?platform=linux%2Famd64</c> with the digest beside it, or in it.</summary>
    private static ImageReference? ImageOf(JsonElement material)
    {
        const string Prefix = "pkg:docker/";
        if (Text(material, "uri") is not { Length: <= LongestUri } uri || !uri.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var (path, query) = uri[Prefix.Length..].Split('?', 2) is [var before, var after] ? (before, after) : (uri[Prefix.Length..], "");
        var at = path.LastIndexOf('@');
        var (name, version) = at < 0 ? (path, "") : (path[..at], path[(at + 1)..]);
        version = Uri.UnescapeDataString(version);
        var parameters = query.Split('&').Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToList();
        // The package URL's own way to name a registry, which BuildKit writes into the name.
        var repository = parameters.Find(p => p[0] == "repository_url") is { } host ? Uri.UnescapeDataString(host[1]).TrimEnd('/') + "/" : "";
        if (!ImageName.TryParse(repository + Uri.UnescapeDataString(name), out var image, out _))
        {
            return null;
        }

        var digest = (Text(material, "digest", "sha256") is { } hex && Digest.TryParse("sha256:" + hex, out var beside) ? beside : null)
            ?? (Digest.TryParse(version, out var pinned) ? pinned : null)
            ?? (parameters.Find(p => p[0] == "digest") is { } quoted && Digest.TryParse(Uri.UnescapeDataString(quoted[1]), out var inside) ? inside : null);
        return new ImageReference(image, ImageReference.IsTag(version) ? version : null, digest);
    }

    private static bool IsAbout(JsonElement root, Digest subject) =>
        Member(root, "subject") is { ValueKind: JsonValueKind.Array } subjects
        && subjects.EnumerateArray().Take(MostMaterials).Any(s => Text(s, "digest", subject.Algorithm) == subject.Hex);

    private static JsonElement? Member(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path) =>
        Member(element, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
