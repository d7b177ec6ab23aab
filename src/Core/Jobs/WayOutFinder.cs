using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.WaysOut;

namespace Basewatch.Core.Jobs;

/// <summary>Asks about an image: what is known of it is completed by what is followed.</summary>
/// <param name="image">Which.</param>
/// <param name="followed">What has to be known of it besides its tags.</param>
/// <param name="cancellationToken">Cancels the call.</param>
public delegate Task<ImageFacts> AskAboutImage(ImageName image, IReadOnlyCollection<FollowedTag> followed, CancellationToken cancellationToken);

/// <summary>Finds the ways out of what is near or past its end of life, for uses that were judged already.</summary>
public static class WayOutFinder
{
    /// <summary>Candidates that lack a platform, or are gone, before it is given up.</summary>
    private const int MostPassed = 4;

    /// <summary>Finds them.</summary>
    /// <param name="assessments">What was found for each use.</param>
    /// <param name="policies">Which policy is in force for which use.</param>
    /// <param name="planner">Decides.</param>
    /// <param name="ask">Asks about an image.</param>
    /// <param name="choices">When it is asked, and how closely.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<WayOutReport> FindAsync(
        IReadOnlyList<Assessment> assessments, PolicySet policies, WayOutPlanner planner, AskAboutImage ask, TagChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(assessments);
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(planner);
        ArgumentNullException.ThrowIfNull(ask);
        var ways = new List<WayOut>();
        var updates = new List<Update>();
        var undecided = new HashSet<string>(StringComparer.Ordinal);
        var images = new HashSet<ImageName>();
        foreach (var line in planner.Dying(assessments).GroupBy(d => (d.Line, Key: WayOut.KeyOf(d.Life))))
        {
            var uses = line.ToList();
            if (uses.Exists(d => d.Assessment.Problem is not null))
            {
                Leave();
                continue;
            }

            var blank = new WayOut(line.Key.Line, uses[0].Life) { Uses = [.. uses.Select(d => d.Assessment.Use)], Deprecated = uses[0].Deprecated, Inherited = uses[0].Inherited };

            // What differs between uses of one line is who decides about them, and the platform that their files ask for.
            var found = new List<(WayOut Way, Update? Update)>();
            var isOpen = false;
            foreach (var use in uses)
            {
                if (await OfAsync(use, blank, policies, planner, ask, choices, cancellationToken).ConfigureAwait(false) is { } one)
                {
                    found.Add(one);
                }
                else
                {
                    isOpen = true;
                    break;
                }
            }

            if (isOpen)
            {
                Leave();
                continue;
            }

            // One plan for all; the one that leads furthest, where they differ.
            var way = (found.Find(f => f.Update is not null) is { Way: { } taken } ? taken : found.Find(f => f.Way.Next is not null) is { Way: { } named } ? named : found[0].Way) with
            {
                HeldBack = found.TrueForAll(f => f.Update is not null) ? null : found.Find(f => f.Update is null).Way.HeldBack,
            };
            ways.Add(way);
            updates.AddRange(found.Select(f => f.Update).OfType<Update>().Select(u => u with { WayOut = way, Reason = ReasonOf(way) }));

            void Leave()
            {
                undecided.Add(line.Key.Key);
                images.UnionWith(uses.SelectMany(d => new[] { d.Line.Name, WayOutPlanner.OtherOf(d) }.OfType<ImageName>()));
            }
        }

        return new WayOutReport(ways, updates, undecided, images);
    }

    /// <returns>Null where a registry did not answer.</returns>
    private static async Task<(WayOut Way, Update? Update)?> OfAsync(
        DyingUse dying, WayOut blank, PolicySet policies, WayOutPlanner planner, AskAboutImage ask, TagChoices choices, CancellationToken cancellationToken)
    {
        var use = dying.Assessment.Use;
        if (!use.IsLookedUp)
        {
            return (blank with { Successor = new Successor(null, "its registry is not asked"), HeldBack = use.Skip }, null);
        }

        var policy = policies.For(use);
        var tags = new Dictionary<ImageName, IReadOnlyList<string>?>();
        foreach (var image in dying.Inherited is not null ? [] : new[] { dying.Line.Name, WayOutPlanner.OtherOf(dying) }.OfType<ImageName>().Distinct())
        {
            var facts = await ask(image, [], cancellationToken).ConfigureAwait(false);
            if (facts.Problem is not null)
            {
                return null;
            }

            tags[image] = facts.Tags;
        }

        var passed = new HashSet<ImageReference>();
        var remarks = new List<string>();
        while (true)
        {
            var successor = planner.Find(dying, tags.GetValueOrDefault, passed);
            if (remarks.Count > 0)
            {
                successor = successor with { Reason = $"{successor.Reason}; {string.Join("; ", remarks)}" };
            }

            var way = blank with { Successor = successor };
            if (successor.Next is not { } next || passed.Count >= MostPassed)
            {
                return (way with { Successor = successor.Next is null ? successor : successor with { Image = null, Steps = [] } }, null);
            }

            var facts = await ask(next.Name, [WayOutPlanner.Follow(dying, next, policy)], cancellationToken).ConfigureAwait(false);
            var (obstacle, problem) = WayOutPlanner.Judge(dying, next, policy, facts, choices);
            if (problem is not null)
            {
                return null;
            }

            if (obstacle is not null)
            {
                passed.Add(next);
                remarks.Add(obstacle);
                continue;
            }

            var digest = facts.DigestOf(next.Tag!).Value!;
            var (update, heldBack) = WayOutPlanner.Step(dying, next, policy, digest);
            return (way with { Next = next with { Digest = digest }, HeldBack = heldBack }, update);
        }
    }

    private static string ReasonOf(WayOut way) =>
        $"{way.Life.Title} {(way.Life.Eol is { } eol ? $"ends on {eol:yyyy-MM-dd}" : "has ended")}: {way.Successor.Reason}{(way.Successor.Steps.Count > 1 ? $", the first of {way.Successor.Steps.Count} steps to {way.Successor.Image?.Tag}" : "")}";
}

/// <summary>What <see cref="WayOutFinder"/> found.</summary>
/// <param name="Ways">One for each image that is to be left.</param>
/// <param name="Updates">The steps that may be taken.</param>
/// <param name="Undecided"><see cref="WayOut.Key"/> of what could not be judged: nothing is taken back of it.</param>
/// <param name="Images">The images of those.</param>
public sealed record WayOutReport(IReadOnlyList<WayOut> Ways, IReadOnlyList<Update> Updates, IReadOnlySet<string> Undecided, IReadOnlySet<ImageName> Images)
{
    /// <summary>Whether nothing could be judged at all.</summary>
    public bool IsUnknown { get; init; }
}
