using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>Reads what an image says of how it runs and what it is made of. What is not as the specification says is passed over.</summary>
internal static class ConfigurationReader
{
    /// <summary>More than any image has; Docker's own limit for layers is 127.</summary>
    private const int MostItems = 500;

    private const int LongestText = 1000;

    private const string AnnotationPrefix = "org.opencontainers.image.";

    /// <summary>Completes what an image says of itself.</summary>
    /// <param name="configuration">Platform and date.</param>
    /// <param name="config">The member <c>config</c>.</param>
    /// <param name="rootfs">The member <c>rootfs</c>.</param>
    public static ImageConfiguration Read(ImageConfiguration configuration, JsonElement? config, JsonElement? rootfs)
    {
        if (rootfs is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("diff_ids", out var ids))
        {
            configuration = configuration with { DiffIds = Digests(ids) };
        }

        return config is not { ValueKind: JsonValueKind.Object } members ? configuration : configuration with
        {
            Environment = Texts(Member("Env")).Select(v => v.Split('=', 2)).Where(v => v.Length == 2 && v[0].Length > 0)
                .GroupBy(v => v[0], StringComparer.Ordinal).ToImmutableDictionary(g => g.Key, g => Bounded(g.Last()[1]), StringComparer.Ordinal),
            Labels = Members("Labels").Where(m => m.Value.ValueKind == JsonValueKind.String).ToImmutableDictionary(m => m.Name, m => Bounded(m.Value.GetString()!), StringComparer.Ordinal),
            User = Text("User"),
            WorkingDirectory = Text("WorkingDir"),
            Entrypoint = [.. Texts(Member("Entrypoint")).Select(Bounded)],
            Command = [.. Texts(Member("Cmd")).Select(Bounded)],
            Ports = [.. Members("ExposedPorts").Select(m => m.Name)],
            Volumes = [.. Members("Volumes").Select(m => m.Name)],
        };

        JsonElement? Member(string name) => members.TryGetProperty(name, out var member) ? member : null;

        string? Text(string name) => Member(name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } value ? Bounded(value) : null;

        IEnumerable<JsonProperty> Members(string name) =>
            Member(name) is { ValueKind: JsonValueKind.Object } member ? member.EnumerateObject().Take(MostItems).Where(p => p.Name.Length <= LongestText) : [];
    }

    /// <summary>The layers of a manifest; none where one of them can't be read.</summary>
    public static IReadOnlyList<ManifestLayer> Layers(JsonElement layers)
    {
        var read = new List<ManifestLayer>();
        foreach (var layer in layers.EnumerateArray())
        {
            if (read.Count == MostItems || layer.ValueKind != JsonValueKind.Object
                || !layer.TryGetProperty("digest", out var digest) || digest.ValueKind != JsonValueKind.String || !Digest.TryParse(digest.GetString(), out var known)
                || !layer.TryGetProperty("size", out var size) || size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var bytes) || bytes < 0)
            {
                return [];
            }

            read.Add(new ManifestLayer(known, bytes)
            {
                PredicateType = layer.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Object
                    && annotations.TryGetProperty("in-toto.io/predicate-type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() is { Length: > 0 and <= LongestText } predicate ? predicate : null,
            });
        }

        return read;
    }

    /// <summary>Those of the specification's names.</summary>
    public static IReadOnlyDictionary<string, string> Annotations(Dictionary<string, string>? annotations) =>
        annotations?.Where(a => a.Key.StartsWith(AnnotationPrefix, StringComparison.Ordinal) && a.Key.Length <= LongestText && a.Value is not null)
            .Take(MostItems).ToImmutableDictionary(a => a.Key, a => Bounded(a.Value), StringComparer.Ordinal) ?? ImmutableDictionary<string, string>.Empty;

    private static List<Digest> Digests(JsonElement ids)
    {
        var read = Texts(ids).Select(t => Digest.TryParse(t, out var digest) ? digest : null).ToList();
        return read.Contains(null) || ids.GetArrayLengthOrZero() > MostItems ? [] : [.. read.OfType<Digest>()];
    }

    private static IEnumerable<string> Texts(JsonElement? list) =>
        list is { ValueKind: JsonValueKind.Array } items
            ? items.EnumerateArray().Take(MostItems).Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!)
            : [];

    private static int GetArrayLengthOrZero(this JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.GetArrayLength() : 0;

    private static string Bounded(string text) => text.Length <= LongestText ? text : Digest.Of(Encoding.UTF8.GetBytes(text)).ToString();
}
