using System.Collections.Concurrent;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Packages;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>Asks archives and indexes about pinned packages, each question once. Where nothing is pinned nobody is asked.</summary>
public sealed class PackageSurvey(IPackageIndexes indexes)
{
    private const int Parallel = 4;

    private static readonly Platform Usual = new("linux", "amd64");

    /// <summary>Judges pinned packages.</summary>
    /// <param name="packages">The packages of a repository.</param>
    /// <param name="question">What is known of their bases.</param>
    /// <param name="cancellationToken">Cancels what is under way.</param>
    public async Task<IReadOnlyList<PackageAssessment>> AssessAsync(IReadOnlyList<PackageUse> packages, PackageQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(packages);
        ArgumentNullException.ThrowIfNull(question);
        var settings = question.Settings;
        var uses = packages.Where(p => settings.LevelOf(p.Ecosystem) != UpdateKind.None).ToList();
        if (uses.Count == 0)
        {
            return [];
        }

        var bases = question.Images.ToLookup(a => (a.Use.Path, a.Use.Line, a.Use.Column));
        var plans = uses.ConvertAll(u => PlanOf(u, [.. u.Bases.SelectMany(b => bases[(u.Path, b.Line, b.Column)])], question));
        var archives = await AskArchivesAsync(plans, cancellationToken).ConfigureAwait(false);
        var languages = await AskLanguagesAsync(plans, cancellationToken).ConfigureAwait(false);
        return [.. plans.Select(Assess)];

        PackageAssessment Assess(Plan plan)
        {
            var use = plan.Use;
            if (plan.Suite is null)
            {
                return plan.Unknown is not null
                    ? new PackageAssessment(use, [], IsGone: false, plan.Unknown)
                    : Placed(plan, PackagePlanner.Assess(use, languages[(use.Ecosystem, use.Name)], settings.LevelOf(use.Ecosystem)));
            }

            var judged = PackagePlanner.Assess(use, plan.Suite, FactsOf(plan, plan.Suite));
            var alone = judged.Updates.Select(u => u with { With = plan.Ordinary });
            var moved = plan.Moves.Select(m => PackagePlanner.Move(use, m.Suite, FactsOf(plan, m.Suite), m.Update)).OfType<PackageUpdate>();
            return Placed(plan, judged with { Updates = [.. alone, .. moved] });
        }

        static PackageAssessment Placed(Plan plan, PackageAssessment judged) => judged with
        {
            Base = plan.Base?.Reference?.Name,
            Updates = [.. judged.Updates.Select(u => u with { Base = plan.Base?.Reference?.Name, Rule = plan.Rule, IsRepair = judged.IsGone })],
        };

        PackageFacts FactsOf(Plan plan, Suite suite)
        {
            HashSet<string>? common = null;
            foreach (var platform in plan.Platforms)
            {
                var (found, problem) = archives[new ArchiveKey(suite, plan.Use.Target, platform)];
                if (problem is not null)
                {
                    return new PackageFacts(null, Problem: problem);
                }

                if (!found.TryGetValue(plan.Use.Name, out var versions))
                {
                    return new PackageFacts(null);
                }

                if (common is null)
                {
                    common = [.. versions];
                }
                else
                {
                    common.IntersectWith(versions);
                }
            }

            return new PackageFacts([.. common ?? []], plan.Platforms.Count < 2 && plan.Platforms[0] == Usual ? "" : string.Join(", ", plan.Platforms));
        }
    }

    private static Plan PlanOf(PackageUse use, List<Assessment> bases, PackageQuestion question)
    {
        if (use.Skip is not null)
        {
            return new Plan(use, [Usual]) { Unknown = use.Skip };
        }

        var image = bases.FirstOrDefault(b => b.Use.Reference is not null)?.Use;
        var rule = image is null ? null : question.RuleOf(image);
        if (!use.Ecosystem.IsOfDistribution())
        {
            return new Plan(use, [Usual]) { Base = image, Rule = rule };
        }

        // Of several stages that a variable chooses between, all have to be of one suite.
        var suites = bases.Select(b => b.Use.Reference is { } reference ? question.SuiteOf(reference) : null).Distinct().ToList();
        if (suites is not [{ } suite])
        {
            return new Plan(use, [Usual]) { Unknown = "it is not known which release of which distribution its stage is built on: name it under packages.bases" };
        }

        if (suite.Ecosystem != use.Ecosystem)
        {
            return new Plan(use, [Usual]) { Unknown = $"its stage is built on {suite}, which has no {use.Ecosystem.Word()}" };
        }

        var platforms = use.Architecture is { } architecture ? [PackageArchitecture.PlatformOf(architecture)]
            : (use.Platform ?? bases[0].Use.Platform) is { } only ? [only]
            : rule?.Platforms is { Count: > 0 } several ? several
            : [Usual];
        var steps = bases is [var one] ? one.Updates.Concat(question.WaysOut.Where(w => w.Use.Path == one.Use.Path && w.Use.Line == one.Use.Line && w.Use.Column == one.Use.Column)).Distinct().ToList() : [];
        var moves = steps.Select(u => (Update: u, Suite: question.SuiteOf(u.Target))).ToList();

        // What stays within the suite takes the package along; what leaves it has another version of it.
        var ordinary = moves.Find(m => m.Suite == suite && m.Update.WayOut is null && m.Update.Kind is not (UpdateKind.Major or UpdateKind.Successor or UpdateKind.Pin)).Update;
        return new Plan(use, platforms)
        {
            Base = image,
            Rule = rule,
            Suite = suite,
            Ordinary = ordinary,
            Moves = [.. moves.Where(m => m.Suite is not null && m.Suite.Ecosystem == use.Ecosystem && m.Suite != suite).Select(m => (m.Update, m.Suite!))],
        };
    }

    private async Task<ConcurrentDictionary<ArchiveKey, (IReadOnlyDictionary<string, IReadOnlyList<string>> Found, string? Problem)>> AskArchivesAsync(List<Plan> plans, CancellationToken cancellationToken)
    {
        var questions = plans
            .Where(p => p.Suite is not null)
            .SelectMany(p => p.Moves.Select(m => m.Suite).Prepend(p.Suite!).SelectMany(s => p.Platforms.Select(platform => (Key: new ArchiveKey(s, p.Use.Target, platform), p.Use.Name))))
            .GroupBy(q => q.Key, q => q.Name);
        var answers = new ConcurrentDictionary<ArchiveKey, (IReadOnlyDictionary<string, IReadOnlyList<string>>, string?)>();
        await System.Threading.Tasks.Parallel.ForEachAsync(questions, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (question, token) =>
        {
            var (suite, target, platform) = question.Key;
            try
            {
                answers[question.Key] = (await indexes.FindAsync(suite, target, platform, question.ToHashSet(StringComparer.Ordinal), token).ConfigureAwait(false), null);
            }
            catch (PackageIndexException e)
            {
                answers[question.Key] = (new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), e.Message);
            }
        }).ConfigureAwait(false);
        return answers;
    }

    private async Task<ConcurrentDictionary<(PackageEcosystem, string), PackageFacts>> AskLanguagesAsync(List<Plan> plans, CancellationToken cancellationToken)
    {
        var questions = plans.Where(p => p.Suite is null && p.Unknown is null).Select(p => (p.Use.Ecosystem, p.Use.Name)).Distinct();
        var answers = new ConcurrentDictionary<(PackageEcosystem, string), PackageFacts>();
        await System.Threading.Tasks.Parallel.ForEachAsync(questions, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (question, token) =>
        {
            try
            {
                var offered = (await indexes.ListVersionsAsync(question.Ecosystem, question.Name, token).ConfigureAwait(false))?.ToLookup(v => v.IsWithdrawn, v => v.Version);
                answers[question] = new PackageFacts(offered is null ? null : [.. offered[false]]) { Withdrawn = offered is null ? [] : [.. offered[true]] };
            }
            catch (PackageIndexException e)
            {
                answers[question] = new PackageFacts(null, Problem: e.Message);
            }
        }).ConfigureAwait(false);
        return answers;
    }

    private sealed record ArchiveKey(Suite Suite, string? Target, Platform Platform);

    /// <param name="Use">The package.</param>
    /// <param name="Platforms">What it has to be there for: at least one.</param>
    private sealed record Plan(PackageUse Use, IReadOnlyList<Platform> Platforms)
    {
        public Suite? Suite { get; init; }

        /// <summary>The image that its stage is built on.</summary>
        public ImageUse? Base { get; init; }

        public PolicyRule? Rule { get; init; }

        /// <summary>Why nobody can be asked.</summary>
        public string? Unknown { get; init; }

        /// <summary>The update of its base that stays within the suite.</summary>
        public Update? Ordinary { get; init; }

        /// <summary>The updates of its base that leave the suite.</summary>
        public IReadOnlyList<(Update Update, Suite Suite)> Moves { get; init; } = [];
    }
}

/// <summary>What is known of the bases of pinned packages.</summary>
/// <param name="Settings">Which packages are looked after.</param>
/// <param name="Images">What is said of the images of the same files.</param>
/// <param name="SuiteOf">The suite of an image; null where it is not known.</param>
/// <param name="RuleOf">The rule for an image; null: the default.</param>
public sealed record PackageQuestion(
    PackageSettings Settings, IReadOnlyList<Assessment> Images, Func<ImageReference, Suite?> SuiteOf, Func<ImageUse, PolicyRule?> RuleOf)
{
    /// <summary>Steps of ways out, where they are not among the updates of <see cref="Images"/>.</summary>
    public IReadOnlyList<Update> WaysOut { get; init; } = [];
}
