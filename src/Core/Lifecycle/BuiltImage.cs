using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>An image, what it is built from, and what says so.</summary>
/// <param name="Name">The image.</param>
/// <param name="Tag">Its tag; null where it is known only when it is built.</param>
/// <param name="Repository">The repository of the Dockerfile: <c>owner/name</c>.</param>
/// <param name="Dockerfile">Its path there, with <c>#stage</c> after it where a stage is built that is not the last.</param>
/// <param name="Bases">What the stage that is built rests on; more than one where that depends on the platform.</param>
public sealed record BuiltImage(ImageName Name, string? Tag, string Repository, string Dockerfile, IReadOnlyList<ImageReference> Bases);

/// <summary>Finds which Dockerfile builds an image.</summary>
public sealed class BuiltImages
{
    /// <summary>Stands for a registry of Azure that is not named where an image is built.</summary>
    private const string Azure = "azurecr.io";

    private readonly Dictionary<ImageName, List<BuiltImage>> _byName = [];

    private readonly Dictionary<string, IReadOnlyList<ImageReference>> _roots = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds what one repository builds.</summary>
    /// <param name="builds">Its images.</param>
    /// <param name="repository"><c>owner/name</c>.</param>
    /// <param name="root">The bases of its Dockerfile, where it has one at its root and no other; null otherwise.</param>
    public void Add(IEnumerable<BuiltImage> builds, string? repository = null, IReadOnlyList<ImageReference>? root = null)
    {
        ArgumentNullException.ThrowIfNull(builds);
        foreach (var build in builds)
        {
            if (!_byName.TryGetValue(build.Name, out var same))
            {
                _byName[build.Name] = same = [];
            }

            same.Add(build);
        }

        if (repository is not null && root is { Count: > 0 })
        {
            _roots[repository] = root;
        }
    }

    /// <summary>What a Dockerfile says that an image is built from; empty where none is known, or several are that differ.</summary>
    public IReadOnlyList<ImageReference> BasesOf(ImageReference image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!_byName.TryGetValue(image.Name, out var builds)
            && (!image.Name.Registry.EndsWith("." + Azure, StringComparison.Ordinal) || !_byName.TryGetValue(ImageName.Parse($"{Azure}/{image.Name.Repository}"), out builds)))
        {
            return [];
        }

        // Of a tag that nobody names, any Dockerfile may be the one.
        var named = image.Tag is null ? [] : builds.Where(b => b.Tag == image.Tag).ToList();
        var candidates = named.Count > 0 ? named : builds;
        return candidates.Skip(1).All(b => b.Bases.ToHashSet().SetEquals(candidates[0].Bases)) ? candidates[0].Bases : [];
    }

    /// <summary>The bases of the only Dockerfile of a repository, if that stands at its root.</summary>
    public IReadOnlyList<ImageReference> RootOf(string? repository) => repository is null ? [] : _roots.GetValueOrDefault(repository, []);
}
