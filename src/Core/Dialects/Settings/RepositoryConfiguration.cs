using Basewatch.Core.Alerts;
using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Rebuilds;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>What a repository says of itself in <see cref="Path"/>.</summary>
public sealed record RepositoryConfiguration
{
    /// <summary>Where it is, from the root of the repository.</summary>
    public const string Path = ".github/basewatch.yml";

    /// <summary>Where it may be as well; of both, <see cref="Path"/> is read.</summary>
    public const string OtherPath = ".github/basewatch.yaml";

    /// <summary>Without a file.</summary>
    public static RepositoryConfiguration Empty { get; } = new();

    /// <summary>In order; the first that is for a use counts.</summary>
    public IReadOnlyList<ScopedRule> Rules { get; init; } = [];

    /// <summary>The files that are left out of everything: rules that switch off, for files alone.</summary>
    public IReadOnlyList<ScopedRule> LeftOut { get; init; } = [];

    /// <summary>Formats of its own.</summary>
    public IReadOnlyList<RegexFormat> Formats { get; init; } = [];

    /// <summary>The rule for uses that no other is for; null where nothing is said.</summary>
    public PolicyRule? Fallback { get; init; }

    /// <summary>What is said of pull requests as a whole.</summary>
    public PullRequestWords PullRequests { get; init; } = PullRequestWords.None;

    /// <summary>What is said of alerts, which counts for a whole organisation or not at all; null where nothing is said.</summary>
    public Sourced<AlertSettings>? Alerts { get; init; }

    /// <summary>What is to be told of <see cref="Alerts"/> in a repository that decides about itself alone; null where they are not there.</summary>
    public FileProblem? MisplacedAlerts => Alerts?.Source is { } source
        ? new FileProblem(source.File, source.Line, "'alerts' counts in the organisation's repository .github alone: a repository does not say what is told to whom")
        : null;

    /// <summary>What is said of ways out of what reaches its end of life.</summary>
    public EndOfLifeWords EndOfLife { get; init; } = EndOfLifeWords.None;

    /// <summary>What is said of packages that Dockerfiles pin.</summary>
    public PackageWords Packages { get; init; } = PackageWords.None;

    /// <summary>Products, cycles and dates of its own.</summary>
    public LifecycleOverlay Lifecycles { get; init; } = LifecycleOverlay.None;

    /// <summary>What is said of vulnerabilities.</summary>
    public VulnerabilityWords Vulnerabilities { get; init; } = VulnerabilityWords.None;

    /// <summary>What is said of building images again.</summary>
    public RebuildWords Rebuild { get; init; } = RebuildWords.None;

    /// <summary>Where it says to build with what is not the repository's own; null where it does not.</summary>
    public RuleSource? FarRebuilds { get; init; }

    /// <summary>What is to be told of <see cref="FarRebuilds"/> in a repository that decides about itself alone; null where there are none.</summary>
    public FileProblem? MisplacedRebuilds => FarRebuilds is { } source
        ? new FileProblem(source.File, source.Line, "'acrTask' and 'repository' of 'rebuild' count in the organisation's repository .github alone: a repository has nothing built but by its own workflows")
        : null;

    /// <summary>What it says itself of rollouts. Its waves count where it is the organisation's own configuration: see <see cref="AsOrganisation"/>.</summary>
    public Rollout Rollout { get; init; } = Rollout.None;

    /// <summary>What its organisation says of rollouts. Stages of <see cref="Rollout"/> stand in their place; waves hold for every repository.</summary>
    public Rollout OrganisationRollout { get; init; } = Rollout.None;

    /// <summary>What is to be told of <see cref="Rollout"/> in a repository that decides about itself alone, each with its line.</summary>
    public IReadOnlyList<FileProblem> MisplacedRollouts { get; init; } = [];

    /// <summary>Whether a file is one of the two.</summary>
    public static bool IsPath(string path) => path is Path or OtherPath;

    /// <summary>Files that a person took for the configuration, by their names, and that are not read.</summary>
    /// <param name="paths">Files of the repository, from its root.</param>
    public static IEnumerable<FileProblem> Misplaced(IReadOnlyCollection<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var read = paths.Contains(Path, StringComparer.Ordinal) ? Path : paths.Contains(OtherPath, StringComparer.Ordinal) ? OtherPath : null;
        return paths
            .Where(p => p != read && (read is not null || !IsPath(p)) && IsNamedAlike(p))
            .Select(p => new FileProblem(p, null, read is null ? $"this file is not read: move it to {Path}" : $"this file is not read: {read} is"));
    }

    private static bool IsNamedAlike(string path)
    {
        var slash = path.LastIndexOf('/');
        return path[..Math.Max(slash, 0)].ToLowerInvariant() is "" or ".github" && path[(slash + 1)..].TrimStart('.').ToLowerInvariant() is "basewatch.yml" or "basewatch.yaml";
    }

    /// <summary>The configuration of a repository whose own is wrong: everything stays as it is.</summary>
    public static RepositoryConfiguration Wrong(FileProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var rule = new ScopedRule(UseScope.All, PolicyRule.SwitchOff("it is wrong", new RuleSource(problem.Path, problem.Line, PolicyText.Docker.Dialect)));
        return new() { LeftOut = [rule], IsWrong = true };
    }

    /// <summary>This configuration, and where it says nothing, another one.</summary>
    public RepositoryConfiguration Over(RepositoryConfiguration other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Rules = [.. Rules, .. other.Rules],
            LeftOut = [.. LeftOut, .. other.LeftOut],
            Formats = [.. Formats, .. other.Formats.ExceptBy(Formats.Select(f => f.Name), f => f.Name, StringComparer.Ordinal)],
            Fallback = Fallback ?? other.Fallback,
            PullRequests = PullRequests.Over(other.PullRequests),
            Alerts = Alerts,
            EndOfLife = EndOfLife.Over(other.EndOfLife),
            Packages = Packages.Over(other.Packages),
            Lifecycles = Lifecycles.Over(other.Lifecycles),
            Vulnerabilities = Vulnerabilities.Over(other.Vulnerabilities),
            // What reaches beyond the repository is for its organisation to say.
            Rebuild = Rebuild.WithoutFarReaching().Over(other.Rebuild),
            FarRebuilds = FarRebuilds,
            // Side by side: a freight of the organisation's stages goes from repository to repository, one of its own does not.
            Rollout = Rollout,
            OrganisationRollout = other.Rollout,
            MisplacedRollouts = MisplacedRollouts,
            IsWrong = IsWrong || other.IsWrong,
        };
    }

    /// <summary>This configuration where it is that of the organisation's own repository: what it says of rollouts, it says for all.</summary>
    public RepositoryConfiguration AsOrganisation() => this with { Rollout = Rollout.None, OrganisationRollout = Rollout, MisplacedRollouts = [] };

    /// <summary>Whether it is <see cref="Wrong"/>, or one that it was put over.</summary>
    public bool IsWrong { get; private init; }

    /// <summary>Whether a file is left out, unread. By one that is wrong none is: what it uses stays known.</summary>
    public bool Ignores(string path) => !IsWrong && LeftOut.Any(r => r.Scope.HoldsFile(path));
}

/// <summary>A configuration, or all that is wrong with it.</summary>
/// <param name="Configuration">Null where there are errors: then nothing may be done by it.</param>
/// <param name="Errors">In the order of their lines.</param>
public sealed record ConfigurationReading(RepositoryConfiguration? Configuration, IReadOnlyList<FileProblem> Errors);
