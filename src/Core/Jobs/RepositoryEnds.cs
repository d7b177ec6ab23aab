using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>What ends in one repository while it is reconciled.</summary>
/// <param name="Repository">Which.</param>
/// <param name="Settings">What it says of it.</param>
/// <param name="Resolver">By the newest catalogue; null where there is none.</param>
/// <param name="Today">The day, in UTC.</param>
internal sealed record RepositoryEnds(RepositoryName Repository, EndOfLifeSettings Settings, LifecycleResolver? Resolver, DateOnly Today)
{
    /// <summary>The ways out.</summary>
    public WayOutReport Report { get; set; } = new([], [], new HashSet<string>(StringComparer.Ordinal), new HashSet<ImageName>());

    /// <summary>Numbers of the open issues, by <see cref="WayOut.Key"/>.</summary>
    public IReadOnlyDictionary<string, int> Issues { get; set; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Whether nothing is known of it.</summary>
    public bool IsUnknown => Resolver is null;

    /// <summary>The steps that pull requests shall take.</summary>
    public IReadOnlyList<Update> Updates => Settings.Propose == WayOutProposal.PullRequest ? Report.Updates : [];

    /// <summary>Images whose pull requests stay as they are.</summary>
    public IEnumerable<ImageName> UndecidedImages => Report.Images;

    /// <summary>How long an image lives.</summary>
    public ImageLifecycle LifeOf(ImageReference image) => Resolver?.Resolve(image, Today) ?? ImageLifecycle.Unknown;

    /// <summary>Leaves all as it is that these uses may have to do with.</summary>
    public void Forget(IEnumerable<ImageUse> uses)
    {
        var images = uses.Select(u => u.Reference!).ToList();
        Report = Report with
        {
            Images = images.SelectMany(i => new[] { i.Name, DeprecatedImage.Of(i.Name)?.ImageFor(i.Name, i.FollowedTag ?? "") }).OfType<ImageName>().ToHashSet(),
            IsUnknown = true,
        };
    }
}
