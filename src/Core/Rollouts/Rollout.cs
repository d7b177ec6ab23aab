using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Rollouts;

/// <summary>How updates are rolled out, as one configuration says: through stages, and across repositories in waves.</summary>
public sealed record Rollout
{
    /// <summary>At once, everywhere.</summary>
    public static Rollout None { get; } = new();

    /// <summary>In the order of the text; the first that holds a use is its stage.</summary>
    public IReadOnlyList<Stage> Stages { get; init; } = [];

    /// <summary>In the order of the text; the first that is for an image counts.</summary>
    public IReadOnlyList<WaveRule> Waves { get; init; } = [];

    /// <summary>Whether stages are to be found in each repository's folders and files: see <see cref="StageInference"/>. Only where there are no <see cref="Stages"/>.</summary>
    public bool Infers { get; init; }

    /// <summary>Whether nothing is said.</summary>
    public bool IsEmpty => Stages.Count + Waves.Count == 0 && !Infers;

    /// <summary>Where it stands; null: nowhere.</summary>
    public RuleSource? Source { get; init; }

    /// <summary>The stage of a name; null where there is none.</summary>
    public Stage? Find(string name) => Stages.FirstOrDefault(s => s.Name == name);

    /// <summary>The stages that come right before one.</summary>
    public IEnumerable<Stage> Before(Stage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return stage.After.Select(Find).OfType<Stage>();
    }
}

/// <summary>Uses that get an update together: an environment, mostly.</summary>
/// <param name="Name">Letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</param>
/// <param name="Scope">Which uses, by file and image.</param>
public sealed record Stage(string Name, UseScope Scope)
{
    /// <summary>Repositories as <c>owner/name</c> with <c>*</c> and <c>?</c>; none: every one that the configuration is for.</summary>
    public IReadOnlyList<string> Repositories { get; init; } = [];

    /// <summary>Names of the stages from which it gets what they have verified; none: it gets what policies decide.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Whether one of <see cref="After"/> is enough.</summary>
    public bool NeedsAnyOf { get; init; }

    /// <summary>Whether an image that no stage before it uses is updated as policies decide; else it stays as it is.</summary>
    public bool MovesAlone { get; init; }

    /// <summary>For so long a freight has to be deployed before it counts as verified.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>What has to be shown besides.</summary>
    public IReadOnlyList<Verification> Verifications { get; init; } = [];

    /// <summary>What is not verified by then is told; null: nobody minds.</summary>
    public TimeSpan? VerifyWithin { get; init; }

    /// <summary>The share of its repositories, in percent, in which a freight has to be verified.</summary>
    public int Passing { get; init; } = 100;

    /// <summary>The share of its repositories, in percent, in which a freight may fail without being taken back.</summary>
    public int Failing { get; init; }

    /// <summary>Approving reviews that a pull request needs before it is merged without a person.</summary>
    public int Approvals { get; init; }

    /// <summary>A promotion that waits for approvals for longer is given up; null: it waits.</summary>
    public TimeSpan? ApproveWithin { get; init; }

    /// <summary>Whether its pull requests are merged without a person; null: as the rules of the uses say.</summary>
    public bool? Automerge { get; init; }

    /// <summary>Whether pull requests that take a freight back are merged without a person; null: as <see cref="Automerge"/> says.</summary>
    public bool? AutomergeReverts { get; init; }

    /// <summary>When something may be promoted to it; null: at all times.</summary>
    public StageWindow? Window { get; init; }

    /// <summary>Whether it holds a use of a repository.</summary>
    public bool Holds(RepositoryName repository, ImageName image, string path, string format)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return HoldsRepository(repository) && Scope.Holds(image, path, format);
    }

    /// <summary>Whether it may hold uses of a repository.</summary>
    public bool HoldsRepository(RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return Repositories.Count == 0 || Repositories.Any(r => Wildcard.Matches(r, repository.ToString(), ignoreCase: true));
    }
}

/// <summary>When something may be promoted.</summary>
/// <param name="Allowed">Only then; null: at all times.</param>
/// <param name="Denied">Not then, whatever <paramref name="Allowed"/> says; null: never mind.</param>
/// <param name="Zone">The time zone of <paramref name="Holidays"/>.</param>
/// <param name="Holidays">Days on which nothing is promoted: <c>2026-12-24</c>, or <c>12-25</c> for every year.</param>
public sealed record StageWindow(Schedule? Allowed, Schedule? Denied, TimeZoneInfo Zone, IReadOnlyList<string> Holidays)
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(15);

    private const int MostSteps = 366 * 96;

    /// <summary>Why nothing may be promoted at a time; null: it may.</summary>
    public string? ClosedBy(DateTimeOffset time)
    {
        var day = TimeZoneInfo.ConvertTime(time, Zone).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        return Holidays.Any(h => h == day || (h.Length == 5 && day.EndsWith(h, StringComparison.Ordinal))) ? $"{day} is a holiday"
            : Denied?.IsOpen(time) == true ? $"closed: {Denied.Text}"
            : Allowed?.IsOpen(time) == false ? $"open only {Allowed.Text}"
            : null;
    }

    /// <summary>The first time from one on at which something may be promoted, to a quarter of an hour; null where there is none within a year.</summary>
    public DateTimeOffset? NextOpening(DateTimeOffset after)
    {
        var time = after;
        for (var i = 0; i < MostSteps && time - after < TimeSpan.FromDays(366); i++)
        {
            if (Allowed is not null)
            {
                if (Allowed.NextOpening(time) is not { } open)
                {
                    return null;
                }

                time = open;
            }

            if (ClosedBy(time) is null)
            {
                return time;
            }

            time = new DateTimeOffset(time.UtcTicks - (time.UtcTicks % Step.Ticks), TimeSpan.Zero) + Step;
        }

        return null;
    }
}

/// <summary>What kind of thing shows whether a freight is good.</summary>
public enum VerificationKind
{
    /// <summary>A check run or a status of the commit with which the freight came.</summary>
    Check,

    /// <summary>A GitHub deployment to an environment.</summary>
    Deployment,

    /// <summary>What Flux says of a Kustomization or HelmRelease.</summary>
    Flux,

    /// <summary>What Argo CD says of an Application.</summary>
    ArgoCd,

    /// <summary>An answer over HTTP.</summary>
    Probe,

    /// <summary>A query of Prometheus.</summary>
    Metric,
}

/// <summary>Something that has to be shown before a freight counts as verified.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Subject">The check's name with <c>*</c> and <c>?</c>, the environment, <c>namespace/name</c> in Flux, the Application, the URL, or the query.</param>
public sealed record Verification(VerificationKind Kind, string Subject)
{
    /// <summary>Of a probe: the status that is expected.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Of a probe: what the body has to hold; null: anything.</summary>
    public string? Contains { get; init; }

    /// <summary>Of a metric: where Prometheus is.</summary>
    public Uri? Server { get; init; }

    /// <summary>Of a metric: no value of the result may be above it; null: no limit.</summary>
    public double? Most { get; init; }

    /// <summary>Of a metric: no value of the result may be below it; null: no limit.</summary>
    public double? Least { get; init; }

    /// <summary>Whether it shows that what was merged is deployed.</summary>
    public bool IsOfDeployment => Kind is VerificationKind.Deployment or VerificationKind.Flux or VerificationKind.ArgoCd;

    /// <summary>Whether it is asked for with the service's own standing, so that a repository alone can't have it asked.</summary>
    public bool IsFarReaching => Kind is VerificationKind.Probe or VerificationKind.Metric;

    /// <summary>In words: <c>check smoke</c>.</summary>
    public string Text => Kind switch
    {
        VerificationKind.Check => Subject == "*" ? "all checks" : $"check {Subject}",
        VerificationKind.Deployment => $"deployment to {Subject}",
        VerificationKind.Flux => $"Flux {Subject}",
        VerificationKind.ArgoCd => $"Argo CD {Subject}",
        VerificationKind.Probe => $"probe {Subject}",
        _ => $"metric {Subject}",
    };
}

/// <summary>How updates of images go through the repositories of an organisation.</summary>
/// <param name="Scope">Which images.</param>
public sealed record WaveRule(UseScope Scope)
{
    /// <summary>The repositories of the first wave, as <c>owner/name</c> with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> Canaries { get; init; } = [];

    /// <summary>The share of all repositories, in percent, that has the update when each wave is open; the last is 100.</summary>
    public IReadOnlyList<int> Shares { get; init; } = [1, 10, 100];

    /// <summary>For so long a wave is watched before the next.</summary>
    public TimeSpan Soak { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The share of the wave, in percent, whose checks have to pass.</summary>
    public int Passing { get; init; } = 95;

    /// <summary>The share of the wave, in percent, whose checks may fail before everything else is stopped.</summary>
    public int Failing { get; init; } = 5;
}
