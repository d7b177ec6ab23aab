using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>What a registry's list says of a tag beside its name.</summary>
/// <param name="Digest">What it names.</param>
/// <param name="PushedAt">When it was pushed, if the list says so.</param>
internal sealed record ListedTag(Digest Digest, DateTimeOffset? PushedAt);

/// <summary>
/// What the lists of the last minute said of tags beside their names: what follows a list need not be asked for again. A push event
/// is followed by a new list, whatever the age of the last.
/// </summary>
internal sealed class ListedTags(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ImageName, List> _lists = new();

    /// <summary>Keeps a whole list.</summary>
    /// <param name="image">Of which image.</param>
    /// <param name="tags">What it says, by tag.</param>
    /// <param name="begun">Timestamp of its first request.</param>
    public void Keep(ImageName image, IReadOnlyDictionary<string, ListedTag> tags, long begun)
    {
        foreach (var (old, list) in _lists)
        {
            if (!IsFresh(list))
            {
                _lists.TryRemove(old, out _);
            }
        }

        // Of two lists at once, the one that was asked for later knows more.
        var kept = new List(tags, begun);
        _lists.AddOrUpdate(image, kept, (_, known) => known.Begun > begun ? known : kept);
    }

    /// <summary>Whether there is a list of an image, and what it says of a tag; null where it has no such tag.</summary>
    public bool TryGet(ImageName image, string tag, out ListedTag? listed)
    {
        listed = null;
        if (!_lists.TryGetValue(image, out var list) || !IsFresh(list))
        {
            return false;
        }

        listed = list.Tags.GetValueOrDefault(tag);
        return true;
    }

    /// <summary>Reads <c>manifest</c> of a tag list, as Google's registries have it beside the names. What can't be read there is left out.</summary>
    public static void Read(JsonElement? manifests, Dictionary<string, ListedTag> tags)
    {
        if (manifests is not { ValueKind: JsonValueKind.Object } map)
        {
            return;
        }

        foreach (var manifest in map.EnumerateObject())
        {
            if (!Digest.TryParse(manifest.Name, out var digest) || manifest.Value.ValueKind != JsonValueKind.Object
                || !manifest.Value.TryGetProperty("tag", out var names) || names.ValueKind != JsonValueKind.Array)
            {
                continue;
            }

            var listed = new ListedTag(digest, manifest.Value.TryGetProperty("timeUploadedMs", out var at) ? Milliseconds(at) : null);
            foreach (var name in names.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String)
                {
                    tags[name.GetString()!] = listed;
                }
            }
        }
    }

    private static DateTimeOffset? Milliseconds(JsonElement at) =>
        at.ValueKind is JsonValueKind.String or JsonValueKind.Number
        && long.TryParse(at.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 253402300800000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    private bool IsFresh(List list) => time.GetElapsedTime(list.Begun) < Lifetime;

    private sealed record List(IReadOnlyDictionary<string, ListedTag> Tags, long Begun);
}
