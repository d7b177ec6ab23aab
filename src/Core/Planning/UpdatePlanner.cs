using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning;

/// <summary>
/// Decides what each use should name. In two steps, so that a registry is asked only for what a decision needs: the tags
/// of an image say which tag is next, and only the digests of those, or of the tags that stay, are asked for.
/// </summary>
public static class UpdatePlanner
{
    private const string DigestPolicyName = "digest";

    /// <summary>The tag that a use without one means.</summary>
    private const string ImpliedTag = "latest";

    private static readonly DockerPolicy WithinMajor = new(UpdateKind.Minor);

    private static readonly DockerPolicy AnyMajor = new(UpdateKind.Major);

    /// <summary>The tag that a use follows; null where it has a digest alone and so follows nothing.</summary>
    public static string? TagOf(ImageReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.Tag ?? (reference.Digest is null ? ImpliedTag : null);
    }

    /// <summary>The tags of one image whose digests are needed to decide for uses of these tags.</summary>
    /// <param name="tags">Every tag that the registry holds.</param>
    /// <param name="used">The tags that uses follow.</param>
    public static IReadOnlyCollection<string> DigestsNeeded(IReadOnlyList<string> tags, IEnumerable<string> used)
    {
        ArgumentNullException.ThrowIfNull(tags);
        ArgumentNullException.ThrowIfNull(used);
        var held = tags.ToHashSet(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tag in used.Distinct(StringComparer.Ordinal))
        {
            var steps = Choose(tag, tags);
            needed.UnionWith(steps.Select(s => s.Selected!));

            // The current tag matters when it stays, and when it is missing: a list may lag behind, so a tag is gone only
            // when the registry says so of that tag itself.
            if (steps.Count == 0 || !held.Contains(tag))
            {
                needed.Add(tag);
            }
        }

        return needed;
    }

    /// <summary>
    /// All that a decision for a use of this tag rests on, as one text: it differs when the decision may. New tags that are
    /// no step from this one leave it as it is.
    /// </summary>
    public static string Outlook(ImageFacts facts, string tag)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Tags is null)
        {
            return "no repository";
        }

        var listed = facts.Tags.Contains(tag, StringComparer.Ordinal);
        return string.Join(' ', Choose(tag, facts.Tags).Select(s => s.Selected!).Append(tag).Select(t => $"{t}@{Answer(t)}").Append(listed ? "listed" : "missing"));

        string Answer(string asked) => facts.DigestProblems.ContainsKey(asked) ? "?" : facts.Digests.GetValueOrDefault(asked)?.ToString() ?? "-";
    }

    /// <summary>Judges every use by what the registries said.</summary>
    /// <param name="uses">Uses with a reference, of any number of files.</param>
    /// <param name="facts">What is known of each image among them.</param>
    public static IReadOnlyList<Assessment> Assess(IEnumerable<ImageUse> uses, IReadOnlyDictionary<ImageName, ImageFacts> facts)
    {
        ArgumentNullException.ThrowIfNull(uses);
        ArgumentNullException.ThrowIfNull(facts);
        var choices = new Dictionary<(ImageName, string), IReadOnlyList<Verdict>>();
        return [.. uses.Where(u => u.Reference is not null).Select(use =>
            facts.TryGetValue(use.Reference!.Name, out var known)
                ? Assess(use, known, choices)
                : Undecided(use, $"{use.Reference.Name.Registry} was not asked about {use.Reference.Name.Familiar}"))];
    }

    private static Assessment Assess(ImageUse use, ImageFacts facts, Dictionary<(ImageName, string), IReadOnlyList<Verdict>> choices)
    {
        var current = use.Reference!;
        if (facts.Problem is { } problem)
        {
            return Undecided(use, problem);
        }

        if (facts.Tags is null)
        {
            return new Assessment(use, [], IsGone: true, AnyMajor.Name, $"{current.Name.Registry} has no repository {current.Name.Repository}", null);
        }

        if (TagOf(current) is not { } tag)
        {
            return new Assessment(use, [], IsGone: false, DigestPolicyName, "a digest without a tag does not say which line to follow", null);
        }

        if (!choices.TryGetValue((facts.Image, tag), out var steps))
        {
            choices[(facts.Image, tag)] = steps = Choose(tag, facts.Tags);
        }

        var listed = facts.Tags.Contains(tag, StringComparer.Ordinal);
        var isGone = !listed && facts.Digests.TryGetValue(tag, out var held) && held is null;
        if (!listed && !isGone && facts.DigestProblems.TryGetValue(tag, out problem))
        {
            return Undecided(use, problem);
        }

        var updates = new List<Update>();
        foreach (var step in steps)
        {
            if (facts.DigestProblems.TryGetValue(step.Selected!, out problem))
            {
                return Undecided(use, problem);
            }

            // A tag that is in the list and has no digest was deleted meanwhile, or is still being pushed: wait.
            if (facts.Digests.GetValueOrDefault(step.Selected!) is { } digest)
            {
                updates.Add(new Update(use, Aim(use, step.Selected!, digest), step.Kind, AnyMajor.Name, step.Reason));
            }
        }

        if (updates.Count > 0)
        {
            return new Assessment(use, updates, isGone, AnyMajor.Name, updates[0].Reason, null);
        }

        var stays = Stays(tag, facts.Tags);
        if (isGone)
        {
            return new Assessment(use, [], IsGone: true, AnyMajor.Name, $"the registry no longer holds the tag {tag}; {stays}", null);
        }

        if (facts.DigestProblems.TryGetValue(tag, out problem))
        {
            return Undecided(use, problem);
        }

        return Refresh(use, tag, facts.Digests.GetValueOrDefault(tag)) is { } refresh
            ? new Assessment(use, [refresh], IsGone: false, DigestPolicyName, refresh.Reason, null)
            : new Assessment(use, [], IsGone: false, AnyMajor.Name, stays, null);
    }

    /// <summary>A pin where there is none, or the tag's new digest.</summary>
    private static Update? Refresh(ImageUse use, string tag, Digest? digest)
    {
        var current = use.Reference!;
        if (digest is null || digest == current.Digest || (current.Digest is null && !use.Pinnable))
        {
            return null;
        }

        var target = current with { Tag = tag, Digest = digest };
        return current.Digest is null
            ? new Update(use, target, UpdateKind.Pin, DigestPolicyName, $"{tag} is not pinned: it can change without notice")
            : new Update(use, target, UpdateKind.Digest, DigestPolicyName, $"{tag} was republished");
    }

    private static ImageReference Aim(ImageUse use, string tag, Digest digest) =>
        use.Reference! with { Tag = tag, Digest = use.Pinnable || use.Reference!.Digest is not null ? digest : null };

    /// <summary>The newest tag within the major version and the newest beyond it.</summary>
    private static List<Verdict> Choose(string tag, IReadOnlyList<string> tags)
    {
        var question = new TagQuestion(tag, tags);
        var steps = new List<Verdict>();
        if (WithinMajor.Decide(question) is { Selected: not null } near)
        {
            steps.Add(near);
        }

        if (AnyMajor.Decide(question) is { Selected: not null, Kind: UpdateKind.Major } far)
        {
            steps.Add(far);
        }

        return steps;
    }

    private static string Stays(string tag, IReadOnlyList<string> tags) => AnyMajor.Decide(new TagQuestion(tag, tags)).Reason;

    private static Assessment Undecided(ImageUse use, string problem) =>
        new(use, [], IsGone: false, AnyMajor.Name, "could not be judged", problem);
}
