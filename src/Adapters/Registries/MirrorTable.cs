using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>Which images are mirrors of which. Of several prefixes the longest counts, and nothing is a mirror of a mirror.</summary>
internal sealed class MirrorTable
{
    private readonly IReadOnlyList<Entry> _entries;

    private MirrorTable(IEnumerable<Entry> entries) => _entries = [.. entries.OrderByDescending(e => e.Prefix.Text.Length)];

    /// <summary>The table of valid settings.</summary>
    /// <exception cref="ArgumentException">They are not; the message says why.</exception>
    public static MirrorTable Of(IReadOnlyList<MirrorSettings> settings) =>
        Problems(settings) is [var problem, ..] ? throw new ArgumentException(problem, nameof(settings)) : new(Read(settings));

    /// <summary>What is wrong with settings, one sentence each; empty where nothing is.</summary>
    public static IReadOnlyList<string> Problems(IReadOnlyList<MirrorSettings> settings)
    {
        var problems = new List<string>();
        foreach (var mirror in settings)
        {
            if (!RegistryPath.TryParse(mirror.Prefix, out _))
            {
                problems.Add($"'{Excerpt.Of(mirror.Prefix)}' is no {nameof(mirror.Prefix)}: expected a registry, or one with a path, such as contoso.azurecr.io/hub");
            }
            else if (!RegistryPath.TryParse(mirror.Source, out _))
            {
                problems.Add($"the mirror {mirror.Prefix} has the {nameof(mirror.Source)} '{Excerpt.Of(mirror.Source)}': expected a registry, or one with a path, such as docker.io");
            }
            else if (mirror.LookIn is null or not (MirrorLookup.Source or MirrorLookup.Mirror))
            {
                problems.Add($"the mirror {mirror.Prefix} has no {nameof(mirror.LookIn)}: 'source' where it is a cache that images are pulled through, 'mirror' where they are copied to it");
            }
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        var table = new MirrorTable(Read(settings));
        problems.AddRange(table._entries.CountBy(e => e.Prefix).Where(p => p.Value > 1).Select(p => $"the mirror {p.Key.Text} is listed twice"));
        problems.AddRange(table._entries.Select(table.ChainOf).OfType<string>());
        return problems;
    }

    /// <summary>What an image is a mirror of; null where it is none.</summary>
    public ImageMirror? Find(ImageName image) =>
        Find(image.Canonical) is var (entry, rest) && entry.Source.Image(rest) is { } source && source != image ? new ImageMirror(source, entry.LookIn) : null;

    private (Entry Entry, string Remainder)? Find(string text)
    {
        foreach (var entry in _entries)
        {
            if (entry.Prefix.RestOf(text) is { } rest)
            {
                return (entry, rest);
            }
        }

        return null;
    }

    /// <summary>Why what a mirror leads to is a mirror too.</summary>
    private string? ChainOf(Entry entry)
    {
        if (Find(entry.Source.Text) is var (other, _))
        {
            return $"the mirror {entry.Prefix.Text} has the source {entry.Source.Text}, which is in the mirror {other.Prefix.Text} itself: name where that one has it from";
        }

        foreach (var part in _entries)
        {
            // What lies deeper in the source may be listed with a prefix of its own.
            if (entry.Source.RestOf(part.Prefix.Text) is { Length: > 0 } rest && Find(entry.Prefix.Text + rest) is var (taken, _) && taken == entry)
            {
                return $"the mirror {entry.Prefix.Text} has the source {entry.Source.Text}, of which {part.Prefix.Text} is a mirror itself: list {entry.Prefix.Text}{rest} too, with the source {part.Source.Text}";
            }
        }

        return null;
    }

    private static IEnumerable<Entry> Read(IEnumerable<MirrorSettings> settings) =>
        settings.Select(m => new Entry(
            RegistryPath.TryParse(m.Prefix, out var prefix) ? prefix : default,
            RegistryPath.TryParse(m.Source, out var source) ? source : default,
            m.LookIn ?? default));

    private sealed record Entry(RegistryPath Prefix, RegistryPath Source, MirrorLookup LookIn);
}
