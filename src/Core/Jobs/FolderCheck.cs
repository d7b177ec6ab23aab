using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>Compares the uses of a folder with the registries: the command line's <c>check</c>.</summary>
public sealed class FolderCheck(RegistrySurvey survey, PolicySet policies, ILifecycleCatalog lifecycles, TimeProvider time)
{
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
        var resolver = known is null ? null : new LifecycleResolver(known);
        var successors = resolver is null ? null : new SuccessorFinder(resolver);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var lives = new Dictionary<ImageReference, ImageLifecycle>();
        var findings = new List<UseFinding>();
        foreach (var assessment in UpdatePlanner.Assess(scan.Uses, policies, facts, choices))
        {
            var line = assessment.Use.Reference! with { Digest = null };
            if (!lives.TryGetValue(line, out var lifecycle))
            {
                lives[line] = lifecycle = resolver?.Resolve(line, today) ?? ImageLifecycle.Unknown;
            }

            var successor = lifecycle.Status is LifecycleStatus.Ending or LifecycleStatus.Ended && facts.GetValueOrDefault(line.Name)?.Tags is { } tags
                ? successors?.Find(line, tags, today).Image
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
        return new CheckReport(scan, findings, problems, problem);
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
public sealed record CheckReport(FolderScan Scan, IReadOnlyList<UseFinding> Findings, IReadOnlyList<string> RegistryProblems, string? CatalogProblem);

/// <summary>What is to be said of one use, its lifecycle included.</summary>
/// <param name="Assessment">Updates, or why there are none.</param>
/// <param name="Lifecycle">Where the image is in its life.</param>
/// <param name="Successor">Where its life is near its end or past it: what to move to, if the registry holds something.</param>
public sealed record UseFinding(Assessment Assessment, ImageLifecycle Lifecycle, ImageReference? Successor);
