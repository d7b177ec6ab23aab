using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Builds;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Planning;

/// <summary>What a repository's Dockerfiles say that its images are built from. Only the stage that is built counts: what a builder's stage rests on is not shipped.</summary>
public static class DockerfileBuilds
{
    private const string Dockerfiles = "dockerfile";

    /// <summary>Every image that is known to be built from one of the repository's Dockerfiles.</summary>
    /// <param name="repository"><c>owner/name</c>; null where that is not known.</param>
    /// <param name="uses">What the repository uses.</param>
    /// <param name="builds">What it builds.</param>
    public static IReadOnlyList<BuiltImage> Of(string? repository, IEnumerable<ImageUse> uses, IEnumerable<ImageBuild> builds)
    {
        ArgumentNullException.ThrowIfNull(uses);
        ArgumentNullException.ThrowIfNull(builds);
        var files = Bases(uses);
        var built = new List<BuiltImage>();
        foreach (var build in builds.Distinct())
        {
            var stage = build.Stage?.ToLowerInvariant() ?? "";
            var reference = repository?.Split('/') is [var owner, var name] ? build.In(owner, name)
                : build.Image.Contains('{', StringComparison.Ordinal) ? null
                : build.In("", "");
            if (reference is not null && files[build.Dockerfile].Where(b => b.Stage == stage).Select(b => b.Base).Distinct().ToList() is { Count: > 0 } bases)
            {
                built.Add(new BuiltImage(reference.Name, reference.Tag, repository ?? "", build.Stage is null ? build.Dockerfile : $"{build.Dockerfile}#{build.Stage}", bases));
            }
        }

        return built;
    }

    /// <summary>What the Dockerfile at the root is built from; empty where there is none, or several.</summary>
    public static IReadOnlyList<ImageReference> RootOf(IEnumerable<ImageUse> uses)
    {
        ArgumentNullException.ThrowIfNull(uses);
        var roots = Bases(uses).Where(f => !f.Key.Contains('/', StringComparison.Ordinal)).Take(2).ToList();
        return roots is [var only] ? [.. only.Where(b => b.Stage.Length == 0).Select(b => b.Base).Distinct()] : [];
    }

    private static ILookup<string, (string Stage, ImageReference Base)> Bases(IEnumerable<ImageUse> uses) =>
        uses.Where(u => u is { Format: Dockerfiles, Stages: not null, Reference: not null })
            .SelectMany(u => u.Stages!.Select(s => (u.Path, Stage: s, Base: u.Reference!)))
            .ToLookup(b => b.Path, b => (b.Stage, b.Base), StringComparer.Ordinal);
}
