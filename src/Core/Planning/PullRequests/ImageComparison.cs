using Basewatch.Core.Images;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>How two images differ, by what their registries say of them.</summary>
/// <param name="Layers">What is to be pulled anew.</param>
/// <param name="Differences">All else, by <see cref="DifferenceKind"/> and name.</param>
public sealed record ImageComparison(LayerComparison Layers, IReadOnlyList<ImageDifference> Differences)
{
    /// <summary>Whether there is no difference.</summary>
    public bool IsEmpty => Layers is { Added: 0, Removed: 0 } && Differences.Count == 0;

    /// <summary>Compares two images. In what order they list environment, labels, ports and volumes does not matter.</summary>
    public static ImageComparison Of(ImageDescription before, ImageDescription after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (old, young) = (before.Configuration, after.Configuration);
        var differences = new List<ImageDifference>();
        Compare(DifferenceKind.Created, Text(before.Date), Text(after.Date));
        Compare(DifferenceKind.Base, before.BaseName, after.BaseName);
        Compare(DifferenceKind.BaseDigest, before.BaseDigest?.ToString(), after.BaseDigest?.ToString());
        Compare(DifferenceKind.User, old.User, young.User);
        Compare(DifferenceKind.WorkingDirectory, old.WorkingDirectory, young.WorkingDirectory);
        Compare(DifferenceKind.Entrypoint, Words(old.Entrypoint), Words(young.Entrypoint));
        Compare(DifferenceKind.Command, Words(old.Command), Words(young.Command));
        CompareAll(DifferenceKind.Port, Set(old.Ports), Set(young.Ports));
        CompareAll(DifferenceKind.Volume, Set(old.Volumes), Set(young.Volumes));
        CompareAll(DifferenceKind.Environment, old.Environment, young.Environment);
        CompareAll(DifferenceKind.Label, old.Labels, young.Labels);
        return new ImageComparison(LayerComparison.Of(before, after), differences);

        void Compare(DifferenceKind kind, string? one, string? other, string name = "")
        {
            if ((one ?? "") != (other ?? ""))
            {
                differences.Add(new ImageDifference(kind, name, one, other));
            }
        }

        void CompareAll(DifferenceKind kind, IReadOnlyDictionary<string, string> ones, IReadOnlyDictionary<string, string> others)
        {
            foreach (var name in ones.Keys.Union(others.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                var (one, other) = (ones.GetValueOrDefault(name), others.GetValueOrDefault(name));
                if (one != other)
                {
                    differences.Add(new ImageDifference(kind, name, one, other));
                }
            }
        }
    }

    /// <summary>The same seen from the other image.</summary>
    public ImageComparison Swapped() => new(Layers.Swapped(), [.. Differences.Select(d => d with { Before = d.After, After = d.Before })]);

    private static string? Text(TagDate? date) => date?.At.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A command line as a person would type it.</summary>
    private static string? Words(IReadOnlyList<string> words) =>
        words.Count == 0 ? null : string.Join(' ', words.Select(w => w.Length > 0 && !w.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'') ? w : $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    private static Dictionary<string, string> Set(IReadOnlyList<string> items) => items.Distinct(StringComparer.Ordinal).ToDictionary(i => i, _ => "", StringComparer.Ordinal);
}

/// <summary>One thing that two images have otherwise.</summary>
/// <param name="Kind">What.</param>
/// <param name="Name">Which of them: a variable, a label, a port, a volume; else empty.</param>
/// <param name="Before">What it was; null: it was not there.</param>
/// <param name="After">What it is; null: it is not there any more.</param>
public sealed record ImageDifference(DifferenceKind Kind, string Name, string? Before, string? After);

/// <summary>What two images have otherwise.</summary>
public enum DifferenceKind
{
    /// <summary>The day on which it was built, in UTC.</summary>
    Created,

    /// <summary>Name of the base image.</summary>
    Base,

    /// <summary>Digest of the base image.</summary>
    BaseDigest,

    /// <summary>Who it runs as.</summary>
    User,

    /// <summary>Where it starts.</summary>
    WorkingDirectory,

    /// <summary>What it starts.</summary>
    Entrypoint,

    /// <summary>What the entrypoint is given.</summary>
    Command,

    /// <summary>A port that it listens on.</summary>
    Port,

    /// <summary>A folder with data of its own.</summary>
    Volume,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>A label.</summary>
    Label,
}

/// <summary>Which layers two images share. Sizes are of what is pulled, in bytes.</summary>
/// <param name="Shared">How many both have.</param>
/// <param name="SharedBytes">Their size.</param>
/// <param name="Added">How many only the later one has.</param>
/// <param name="AddedBytes">Their size.</param>
/// <param name="Removed">How many only the former one has.</param>
/// <param name="RemovedBytes">Their size.</param>
public sealed record LayerComparison(int Shared, long SharedBytes, int Added, long AddedBytes, int Removed, long RemovedBytes)
{
    /// <summary>
    /// Compares by what is in the layers, where both images say so: the same content packed anew is shared, since whoever has
    /// it unpacked does not pull it again. Else by the layers as they are packed.
    /// </summary>
    public static LayerComparison Of(ImageDescription before, ImageDescription after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var isByContent = IsByContent(before) && IsByContent(after);
        var (old, young) = (Layers(before, isByContent), Layers(after, isByContent));
        var (shared, sharedBytes) = (0, 0L);
        foreach (var (id, sizes) in young)
        {
            if (old.TryGetValue(id, out var others))
            {
                var count = Math.Min(sizes.Count, others.Count);
                shared += count;
                sharedBytes = Sum([sharedBytes, .. sizes.Take(count).Zip(others.Take(count), Math.Min)]);
            }
        }

        return new(shared, sharedBytes, Count(young) - shared, Rest(young, old), Count(old) - shared, Rest(old, young));
    }

    /// <summary>The same seen from the other image.</summary>
    public LayerComparison Swapped() => new(Shared, SharedBytes, Removed, RemovedBytes, Added, AddedBytes);

    private static bool IsByContent(ImageDescription image) => image.Configuration.DiffIds.Count == image.Layers.Count;

    private static Dictionary<Digest, List<long>> Layers(ImageDescription image, bool isByContent) => image.Layers
        .Select((layer, i) => (Id: isByContent ? image.Configuration.DiffIds[i] : layer.Digest, layer.Size))
        .GroupBy(l => l.Id)
        .ToDictionary(g => g.Key, g => g.Select(l => l.Size).Order().ToList());

    private static int Count(Dictionary<Digest, List<long>> layers) => layers.Values.Sum(s => s.Count);

    private static long Rest(Dictionary<Digest, List<long>> layers, Dictionary<Digest, List<long>> others) =>
        Sum(layers.SelectMany(l => l.Value.Skip(others.TryGetValue(l.Key, out var same) ? same.Count : 0)));

    /// <summary>What a manifest claims may be more than there is.</summary>
    private static long Sum(IEnumerable<long> sizes) => sizes.Aggregate(0L, (sum, size) => sum > long.MaxValue - size ? long.MaxValue : sum + size);
}
