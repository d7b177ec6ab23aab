using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>Compares the uses of a folder with the registries: the command line's <c>check</c>.</summary>
public sealed class FolderCheck(RegistrySurvey survey, PolicySet policies, ILifecycleCatalog lifecycles, TimeProvider time, LifecycleOverlay? own = null)
{
    /// <summary>What the folder says of ends of life.</summary>
    public EndOfLifeSettings EndOfLife { get; init; } = EndOfLifeSettings.Default;

    /// <summary>Judges pinned packages; null: nobody is asked about them.</summary>
    public PackageSurvey? Packages { get; init; }

    /// <summary>What the folder says of pinned packages.</summary>
    public PackageSettings PackageSettings { get; init; } = PackageSettings.Default;

    /// <summary>Judges every use.</summary>
    /// <param name="scan">What the folder uses.</param>
    /// <param name="comparesPlatforms"><see cref="TagChoices.ComparesPlatforms"/>: where it leads to a change.</param>
    /// <param name="progress">Called with the images done and their number.</param>
    /// <param name="cancellationToken">Cancels what is under way.</param>
    public async Task<CheckReport> RunAsync(FolderScan scan, bool comparesPlatforms, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scan);
        var catalog = CatalogAsync(scan, cancellationToken);
        var now = time.GetUtcNow();
        var used = UpdatePlanner.Followed(scan.Uses.Where(u => u.IsLookedUp), policies);
        var choices = new TagChoices(now) { ComparesPlatforms = comparesPlatforms };
        var facts = await survey.AskAsync(used, choices, done => progress?.Invoke(done, used.Count), cancellationToken).ConfigureAwait(false);
        var (known, problem) = await catalog.ConfigureAwait(false);
        var resolver = known is null ? null : new LifecycleResolver((own ?? LifecycleOverlay.None).Over(known));
        var successors = resolver is null ? null : new SuccessorFinder(resolver);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var lineage = resolver is null ? null : scan.Lineage(resolver, today);
        var lives = new Dictionary<ImageReference, ImageLifecycle>();
        var findings = new List<UseFinding>();
        var assessments = UpdatePlanner.Assess(scan.Uses, policies, facts, choices);
        var ways = await FindWaysOutAsync(assessments, resolver, LifeOf, facts, choices, today, cancellationToken).ConfigureAwait(false);
        var steps = ways.Updates.ToLookup(u => u.Use, ReferenceEqualityComparer.Instance);
        foreach (var judged in assessments)
        {
            var assessment = steps[judged.Use].FirstOrDefault() is not { } step ? judged
                : judged.Updates.Count > 0 ? judged with { Updates = [.. judged.Updates, step] }
                : judged with { Updates = [step], Policy = step.Policy, Reason = step.Reason };
            var line = assessment.Use.Reference! with { Digest = null };
            var lifecycle = LifeOf(line);
            var successor = ways.Ways.FirstOrDefault(w => w.Image == line && w.Next is not null) is { Next: { } next } ? next with { Digest = null }
                : lifecycle is { Status: LifecycleStatus.Ending or LifecycleStatus.Ended, Inherited: null } && facts.GetValueOrDefault(line.Name)?.Tags is { } tags ? successors?.Find(line, tags, today, EndOfLife.Prefer).Next
                : null;
            findings.Add(new UseFinding(assessment, lifecycle, successor));
        }

        // What is wrong with a whole registry is said in the same words of each of its images, and told once.
        var problems = facts.Values
            .SelectMany(f => f.Problems.Select(p => (f.Image, Text: p)))
            .GroupBy(p => (p.Image.Registry, p.Text))
            .Select(g => (First: g.MinBy(p => p.Image.Canonical, StringComparer.Ordinal).Image, Count: g.Count(), g.Key.Text))
            .OrderBy(g => g.First.Canonical, StringComparer.Ordinal)
            .Select(g => g.Count == 1 ? $"{g.First.Familiar}: {g.Text}" : $"{g.Count} images of {g.First.Registry}: {g.Text}")
            .ToList();
        var packages = Packages is null || scan.Packages.Count == 0 ? []
            : await Packages.AssessAsync(
                scan.Packages,
                new PackageQuestion(
                    PackageSettings,
                    [.. findings.Select(f => f.Assessment), .. scan.Uses.Where(u => u.Reference is not null && !u.IsLookedUp).Select(u => new Assessment(u, [], IsGone: false, "", "", null))],
                    image => PackageSettings.SuiteOf(image) ?? KnownSuites.Of(image, LifeOf(image with { Digest = null })),
                    use => policies.For(use).Rule),
                cancellationToken).ConfigureAwait(false);
        return new CheckReport(scan, findings, [.. problems, .. packages.Select(p => p.Problem).OfType<string>().Distinct(StringComparer.Ordinal)], problem) { Packages = packages };

        ImageLifecycle LifeOf(ImageReference line)
        {
            if (!lives.TryGetValue(line, out var lifecycle))
            {
                lives[line] = lifecycle = lineage?.Resolve(line) ?? ImageLifecycle.Unknown;
            }

            return lifecycle;
        }
    }

    private async Task<WayOutReport> FindWaysOutAsync(
        IReadOnlyList<Assessment> assessments, LifecycleResolver? resolver, Func<ImageReference, ImageLifecycle> lifeOf, IReadOnlyDictionary<ImageName, ImageFacts> facts, TagChoices choices, DateOnly today, CancellationToken cancellationToken)
    {
        if (resolver is null || EndOfLife.Propose == Dialects.Settings.WayOutProposal.None)
        {
            return new WayOutReport([], [], new HashSet<string>(StringComparer.Ordinal), new HashSet<ImageName>());
        }

        var planner = new WayOutPlanner(resolver, lifeOf, EndOfLife, today);
        return await WayOutFinder.FindAsync([.. assessments.Where(a => a.Use.IsLookedUp)], policies, planner, AskAsync, choices, cancellationToken).ConfigureAwait(false);

        async Task<ImageFacts> AskAsync(ImageName image, IReadOnlyCollection<FollowedTag> followed, CancellationToken token) =>
            !facts.TryGetValue(image, out var known) ? (await survey.AskAsync(image, followed, choices, null, token).ConfigureAwait(false)).Facts
            : known.Tags is null || followed.Count == 0 ? known
            : (await survey.CompleteAsync(known, followed, choices, token).ConfigureAwait(false)).Facts;
    }

    private async Task<(LifecycleCatalog? Catalog, string? Problem)> CatalogAsync(FolderScan scan, CancellationToken cancellationToken)
    {
        if (scan.Uses.All(u => u.Reference is null))
        {
            return (null, null);
        }

        try
        {
            return (await lifecycles.GetAsync(cancellationToken).ConfigureAwait(false), null);
        }
        catch (LifecycleCatalogException e)
        {
            return (null, e.Message);
        }
    }
}

/// <summary>What <see cref="FolderCheck"/> found.</summary>
/// <param name="Scan">What the folder uses.</param>
/// <param name="Findings">One for each use with a reference, in the order of the scan.</param>
/// <param name="RegistryProblems">What registries did not answer, with image and host; one for all images of a registry where it is the same.</param>
/// <param name="CatalogProblem">Why lifecycles are not known.</param>
public sealed record CheckReport(FolderScan Scan, IReadOnlyList<UseFinding> Findings, IReadOnlyList<string> RegistryProblems, string? CatalogProblem)
{
    /// <summary>What is to be said of pinned packages, in the order of the scan.</summary>
    public IReadOnlyList<PackageAssessment> Packages { get; init; } = [];
}

/// <summary>What is to be said of one use, its lifecycle included.</summary>
/// <param name="Assessment">Updates, or why there are none.</param>
/// <param name="Lifecycle">Where the image is in its life.</param>
/// <param name="Successor">Where its life is near its end or past it: what to move to, if the registry holds something.</param>
public sealed record UseFinding(Assessment Assessment, ImageLifecycle Lifecycle, ImageReference? Successor);
