using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning;

/// <summary>
/// Decides what each use should name. In two steps, so that a registry is asked only for what a decision needs: the tags
/// of an image say which tag is next, and only the digests of those, or of the tags that stay, are asked for. Pure.
/// </summary>
public static class UpdatePlanner
{
    private const string DigestPolicyName = "digest";

    /// <summary>The tag that a use without one means.</summary>
    private const string ImpliedTag = "latest";

    /// <summary>The tag that a use follows; null where it has a digest alone and so follows nothing.</summary>
    public static string? TagOf(ImageReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.Tag ?? (reference.Digest is null ? ImpliedTag : null);
    }

    /// <summary>What each image among uses is followed by.</summary>
    /// <param name="uses">Uses with a reference.</param>
    /// <param name="policies">Which policy is in force for which use.</param>
    public static IReadOnlyDictionary<ImageName, IReadOnlyCollection<FollowedTag>> Followed(IEnumerable<ImageUse> uses, PolicySet policies)
    {
        ArgumentNullException.ThrowIfNull(uses);
        ArgumentNullException.ThrowIfNull(policies);
        return uses.GroupBy(u => u.Reference!.Name).ToDictionary(
            g => g.Key,
            g => (IReadOnlyCollection<FollowedTag>)g
                .Select(u => TagOf(u.Reference!) is { } tag ? new FollowedTag(tag, policies.For(u)) : null)
                .OfType<FollowedTag>()
                .ToHashSet());
    }

    /// <summary>The tags of one image whose digests are needed to decide for what its uses follow.</summary>
    /// <param name="tags">Every tag that the registry holds.</param>
    /// <param name="followed">What uses follow.</param>
    public static IReadOnlyCollection<string> DigestsNeeded(IReadOnlyList<string> tags, IEnumerable<FollowedTag> followed)
    {
        ArgumentNullException.ThrowIfNull(tags);
        ArgumentNullException.ThrowIfNull(followed);
        var held = tags.ToHashSet(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (tag, policy) in followed.Distinct())
        {
            var steps = Choose(policy, tag, tags).Steps;
            needed.UnionWith(steps.Select(s => s.Tag));

            // The current tag matters when it stays, if only until someone takes the major step, and when it is missing:
            // a list may lag behind, so a tag is gone only when the registry says so of that tag itself.
            if (Stays(steps) || !held.Contains(tag))
            {
                needed.Add(tag);
            }
        }

        return needed;
    }

    /// <summary>
    /// All that a decision for uses that follow a tag rests on, as one text: it differs when the decision may. New tags that
    /// are no step from this one leave it as it is.
    /// </summary>
    public static string Outlook(ImageFacts facts, FollowedTag followed)
    {
        ArgumentNullException.ThrowIfNull(followed);
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Tags is null)
        {
            return "no repository";
        }

        var tag = followed.Tag;
        var listed = facts.Tags.Contains(tag, StringComparer.Ordinal);
        return string.Join(' ', Choose(followed.Policy, tag, facts.Tags).Steps.Select(s => s.Tag).Distinct(StringComparer.Ordinal).Append(tag).Select(t => $"{t}@{Answer(t)}").Append(listed ? "listed" : "missing"));

        string Answer(string asked) => facts.DigestProblems.ContainsKey(asked) ? "?" : facts.Digests.GetValueOrDefault(asked)?.ToString() ?? "-";
    }

    /// <summary>Judges every use by what the registries said.</summary>
    /// <param name="uses">Uses with a reference, of any number of files.</param>
    /// <param name="policies">Which policy is in force for which use.</param>
    /// <param name="facts">What is known of each image among them.</param>
    public static IReadOnlyList<Assessment> Assess(IEnumerable<ImageUse> uses, PolicySet policies, IReadOnlyDictionary<ImageName, ImageFacts> facts)
    {
        ArgumentNullException.ThrowIfNull(uses);
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(facts);
        var choices = new Dictionary<(PolicyInForce, ImageName, string), Choice>();
        return [.. uses.Where(u => u.Reference is not null).Select(policies.Apply).Select(use =>
        {
            var policy = policies.For(use);
            return !use.IsLookedUp ? new Assessment(use, [], IsGone: false, policy.Name, use.Skip!, null)
                : facts.TryGetValue(use.Reference!.Name, out var known)
                    ? Assess(use, policy, known, choices)
                    : Undecided(use, policy, $"{use.Reference.Name.Registry} was not asked about {use.Reference.Name.Familiar}");
        })];
    }

    private static Assessment Assess(ImageUse use, PolicyInForce policy, ImageFacts facts, Dictionary<(PolicyInForce, ImageName, string), Choice> choices)
    {
        var current = use.Reference!;
        if (facts.Problem is { } problem)
        {
            return Undecided(use, policy, problem);
        }

        if (facts.Tags is null)
        {
            return new Assessment(use, [], IsGone: true, policy.Name, $"{current.Name.Registry} has no repository {current.Name.Repository}", null);
        }

        if (TagOf(current) is not { } tag)
        {
            return new Assessment(use, [], IsGone: false, DigestPolicyName, "a digest without a tag does not say which line to follow", null);
        }

        if (!choices.TryGetValue((policy, facts.Image, tag), out var choice))
        {
            choices[(policy, facts.Image, tag)] = choice = Choose(policy, tag, facts.Tags);
        }

        var listed = facts.Tags.Contains(tag, StringComparer.Ordinal);
        var isGone = !listed && facts.Digests.TryGetValue(tag, out var held) && held is null;
        if (!listed && !isGone && facts.DigestProblems.TryGetValue(tag, out problem))
        {
            return Undecided(use, policy, problem);
        }

        // The tag of a use that is locked and not pinnable may not be the one that is pulled.
        if (use.Skip is { } locked && (!isGone || !use.Pinnable))
        {
            return new Assessment(use, [], IsGone: false, policy.Name, locked, null);
        }

        var updates = new List<Update>();
        foreach (var step in use.Skip is null ? choice.Steps : [])
        {
            if (facts.DigestProblems.TryGetValue(step.Tag, out problem))
            {
                return Undecided(use, policy, problem);
            }

            // A tag that is in the list and has no digest was deleted meanwhile, or is still being pushed: wait.
            if (facts.Digests.GetValueOrDefault(step.Tag) is { } digest)
            {
                updates.Add(new Update(use, Aim(use, policy.Rule, step.Tag, digest), step.Kind, step.Policy, step.Reason) { Rule = policy.Rule.For(step.Kind) });
            }
        }

        if (Stays(choice.Steps) && !isGone)
        {
            if (facts.DigestProblems.TryGetValue(tag, out problem))
            {
                return Undecided(use, policy, problem);
            }

            if (Refresh(use, policy.Rule, tag, facts.Digests.GetValueOrDefault(tag)) is { } refresh)
            {
                updates.Insert(0, refresh);
            }
        }

        if (updates.Count > 0)
        {
            return new Assessment(use, updates, isGone, updates[0].Policy, updates[0].Reason, null);
        }

        if (isGone)
        {
            return new Assessment(use, [], IsGone: true, policy.Name, $"the registry no longer holds the tag {tag}, and nothing newer that is like it", null);
        }

        return new Assessment(use, [], IsGone: false, policy.Name, choice.Reason, null);
    }

    /// <summary>A pin where there is none, or the tag's new digest.</summary>
    private static Update? Refresh(ImageUse use, PolicyRule rule, string tag, Digest? digest)
    {
        var current = use.Reference!;
        if (digest is null || digest == current.Digest || (current.Digest is null ? !IsPinned(use, rule) : !rule.Refreshes))
        {
            return null;
        }

        var target = current with { Tag = tag, Digest = digest };
        return current.Digest is null
            ? new Update(use, target, UpdateKind.Pin, DigestPolicyName, $"{tag} is not pinned: it can change without notice") { Rule = rule.For(UpdateKind.Pin) }
            : new Update(use, target, UpdateKind.Digest, DigestPolicyName, $"{tag} was republished") { Rule = rule.For(UpdateKind.Digest) };
    }

    private static ImageReference Aim(ImageUse use, PolicyRule rule, string tag, Digest digest) =>
        use.Reference! with { Tag = tag, Digest = IsPinned(use, rule) || use.Reference!.Digest is not null ? digest : null };

    /// <summary>Whether a use without a digest gets one.</summary>
    private static bool IsPinned(ImageUse use, PolicyRule rule) => use.Pinnable && rule.Pins != false;

    /// <summary>Whether the tag itself stays for now: there is no step, or only a major one, which takes people their time.</summary>
    private static bool Stays(IReadOnlyList<Step> steps) => steps.All(s => s.Kind == UpdateKind.Major);

    /// <summary>Asks each policy in force; two that choose the same tag make one step.</summary>
    private static Choice Choose(PolicyInForce inForce, string tag, IReadOnlyList<string> tags)
    {
        var question = new TagQuestion(tag, tags);
        var steps = new List<Step>();
        var reason = "";
        foreach (var policy in inForce.Policies)
        {
            var verdict = policy.Decide(question);
            reason = verdict.Reason;
            if (verdict.Selected is { } selected && steps.All(s => s.Tag != selected))
            {
                steps.Add(new Step(selected, verdict.Kind, policy.Name, verdict.Reason));
            }
        }

        return new Choice(steps, reason);
    }

    private static Assessment Undecided(ImageUse use, PolicyInForce policy, string problem) =>
        new(use, [], IsGone: false, policy.Name, "could not be judged", problem);

    /// <param name="Steps">Where to go, the nearest first.</param>
    /// <param name="Reason">Why to stay, where there is no step.</param>
    private sealed record Choice(IReadOnlyList<Step> Steps, string Reason);

    private sealed record Step(string Tag, UpdateKind Kind, string Policy, string Reason);
}
