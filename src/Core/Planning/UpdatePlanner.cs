using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning;

/// <summary>
/// Decides what each use should name. In rounds, so that a registry is asked only for what a decision needs: the tags of an
/// image say which tag is next, or of which the policy must know more; then the digests of those, or of the tags that stay,
/// and what lies behind them are asked for. Pure.
/// </summary>
public static class UpdatePlanner
{
    private const string DigestPolicyName = "digest";

    private const string ReplacementName = "replaceWith";

    /// <summary>Steps passed over, because they lack a platform, before it is given up.</summary>
    private const int MostPassed = 4;

    /// <summary>What each image among uses, and each that is to take the place of one, is followed by.</summary>
    /// <param name="uses">Uses with a reference.</param>
    /// <param name="policies">Which policy is in force for which use.</param>
    public static IReadOnlyDictionary<ImageName, IReadOnlyCollection<FollowedTag>> Followed(IEnumerable<ImageUse> uses, PolicySet policies)
    {
        ArgumentNullException.ThrowIfNull(uses);
        ArgumentNullException.ThrowIfNull(policies);
        return uses.SelectMany(Follows).GroupBy(f => f.Image).ToDictionary(
            g => g.Key,
            g => (IReadOnlyCollection<FollowedTag>)g.Select(f => f.Followed).OfType<FollowedTag>().ToHashSet());

        IEnumerable<(ImageName Image, FollowedTag? Followed)> Follows(ImageUse use)
        {
            var policy = policies.For(use);
            var followed = use.Reference!.FollowedTag is { } tag ? Follow(use, tag, policy) : null;
            yield return (use.Reference!.Name, followed);
            if (followed is not null && ReplacementOf(use, policy) is { } replacement)
            {
                yield return (replacement.Image, followed with { Replacement = replacement });
            }
        }
    }

    /// <summary>What is to be asked of the registry before it can be decided for what uses of one image follow; more may be needed when that is known.</summary>
    /// <param name="facts">What is known, with tags.</param>
    /// <param name="followed">What uses follow.</param>
    /// <param name="choices">What policies answered so far.</param>
    public static FactsNeeded Needed(ImageFacts facts, IEnumerable<FollowedTag> followed, TagChoices choices)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(followed);
        ArgumentNullException.ThrowIfNull(choices);
        var needed = new FactsNeeded();
        var held = facts.Tags!.ToHashSet(StringComparer.Ordinal);
        foreach (var one in followed.Distinct())
        {
            if (one.Replacement is { } replacement)
            {
                if (replacement.Choose(one.Tag, held).Tag is { } chosen)
                {
                    Need(facts, chosen, needed);
                    Fit(facts, one, chosen, choices, needed);
                }

                continue;
            }

            var plan = Plan(facts, one, choices, needed);

            // The current tag matters when it stays, if only until someone takes the major step, and when it is missing:
            // a list may lag behind, so a tag is gone only when the registry says so of that tag itself.
            if (plan.IsDecided && (Stays(plan.Steps) || !held.Contains(one.Tag)))
            {
                Need(facts, one.Tag, needed);
                Fit(facts, one, one.Tag, choices, needed);
            }
        }

        return needed;
    }

    /// <summary>
    /// All that a decision for uses that follow a tag rests on, as one text: it differs when the decision may. New tags that
    /// are no step from this one leave it as it is.
    /// </summary>
    public static string Outlook(ImageFacts facts, FollowedTag followed, TagChoices choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        ArgumentNullException.ThrowIfNull(followed);
        ArgumentNullException.ThrowIfNull(facts);
        var missing = string.Concat(ImportAdvice.Missing(facts, followed, choices).Select(t => $" +{t}"));
        if (facts.Tags is null)
        {
            return "no repository" + missing;
        }

        var tag = followed.Tag;
        var choice = choices.Of(facts, followed, []);
        var listed = facts.Tags.Contains(tag, StringComparer.Ordinal);
        var isPassedOver = followed.Policy.Rule.Signed == SignatureRule.Required || choice.Steps.Any(s => facts.DigestOf(s.Tag) is { IsOpen: false, Value: null });
        IEnumerable<TagStep> steps = isPassedOver ? [.. choice.Steps, .. Plan(facts, followed, choices, new FactsNeeded()).Steps] : choice.Steps;
        return string.Join(' ', steps.Select(s => s.Tag).Distinct(StringComparer.Ordinal).Append(tag).Select(t => $"{t}@{Answer(t)}").Append(listed ? "listed" : "missing"))
            + missing + (choice.IsFinal ? "" : " ?");

        string Answer(string asked) => facts.DigestProblems.ContainsKey(asked) ? "?" : facts.Digests.GetValueOrDefault(asked) is { } digest ? $"{digest}{Refusal(digest)}" : "-";

        // One that had no signature when it would have been taken may get one.
        string Refusal(Digest digest) =>
            facts.Signatures.GetValueOrDefault(digest) is { IsAwaited: true } && facts.SignatureOf(digest, choices.Now, TimeSpan.MaxValue) == SignatureKind.None ? " unsigned" : "";
    }

    /// <summary>Judges every use by what the registries said.</summary>
    /// <param name="uses">Uses with a reference, of any number of files.</param>
    /// <param name="policies">Which policy is in force for which use.</param>
    /// <param name="facts">What is known of each image among them.</param>
    /// <param name="choices">What policies answered so far.</param>
    public static IReadOnlyList<Assessment> Assess(IEnumerable<ImageUse> uses, PolicySet policies, IReadOnlyDictionary<ImageName, ImageFacts> facts, TagChoices choices)
    {
        ArgumentNullException.ThrowIfNull(uses);
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(choices);
        return [.. uses.Where(u => u.Reference is not null).Select(policies.Apply).Select(use =>
        {
            var policy = policies.For(use);
            return !use.IsLookedUp ? new Assessment(use, [], IsGone: false, policy.Name, use.Skip!, null)
                : facts.TryGetValue(use.Reference!.Name, out var known)
                    ? Advise(Replace(Assess(use, policy, known, choices), policy, facts, choices), policy, known, choices)
                    : Undecided(use, policy, $"{use.Reference.Name.Registry} was not asked about {use.Reference.Name.Familiar}");
        })];
    }

    private static Assessment Assess(ImageUse use, PolicyInForce policy, ImageFacts facts, TagChoices choices)
    {
        var current = use.Reference!;
        if (facts.Problem is { } problem)
        {
            return Undecided(use, policy, problem);
        }

        if (facts.Tags is null)
        {
            return new Assessment(use, [], IsGone: true, policy.Name, $"{facts.LookedUp.Registry} has no repository {facts.LookedUp.Repository}", null);
        }

        if (current.FollowedTag is not { } tag)
        {
            return new Assessment(use, [], IsGone: false, DigestPolicyName, "a digest without a tag does not say which line to follow", null);
        }

        var followed = Follow(use, tag, policy);
        var plan = Plan(facts, followed, choices, new FactsNeeded());
        if (plan.Problem is not null && use.Skip is null)
        {
            return Undecided(use, policy, plan.Problem);
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
        foreach (var step in use.Skip is null ? plan.Steps : [])
        {
            if (facts.DigestProblems.TryGetValue(step.Tag, out problem))
            {
                return Undecided(use, policy, problem);
            }

            if (facts.Digests.GetValueOrDefault(step.Tag) is { } digest)
            {
                updates.Add(new Update(use, Aim(use, policy.Rule, step.Tag, digest), step.Kind, step.Policy, step.Reason) { Rule = policy.Rule.For(step.Kind) });
            }
        }

        var stays = plan.Reason;
        if (Stays(plan.Steps) && !isGone)
        {
            if (facts.DigestProblems.TryGetValue(tag, out problem))
            {
                return Undecided(use, policy, problem);
            }

            var fit = Fit(facts, followed, tag, choices, new FactsNeeded());
            if ((fit.Problem ?? (fit.IsOpen ? Unasked(facts) : null)) is { } unknown)
            {
                return Undecided(use, policy, unknown);
            }

            stays = fit.Obstacle is null ? stays : $"{stays}; {fit.Obstacle}";
            if (fit.Obstacle is null && Refresh(use, policy.Rule, tag, facts.Digests.GetValueOrDefault(tag), fit.IsSame) is { } refresh)
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

        return new Assessment(use, [], IsGone: false, policy.Name, stays, null);
    }

    /// <summary>The same with what a mirror lacks, where one is looked up.</summary>
    private static Assessment Advise(Assessment assessment, PolicyInForce policy, ImageFacts facts, TagChoices choices)
    {
        if (assessment.Problem is not null || assessment.Use is not { Skip: null, Reference.FollowedTag: { } tag }
            || ImportAdvice.Of(facts, Follow(assessment.Use, tag, policy), choices) is not { Count: > 0 } advice)
        {
            return assessment;
        }

        var remark = "; " + string.Join("; ", advice);
        return assessment with
        {
            Imports = advice,
            Reason = assessment.Reason + remark,
            Updates = [.. assessment.Updates.Select(u => u with { Reason = u.Reason + remark })],
        };
    }

    /// <summary>The same with the step to another image, where the rule names one.</summary>
    private static Assessment Replace(Assessment assessment, PolicyInForce policy, IReadOnlyDictionary<ImageName, ImageFacts> facts, TagChoices choices)
    {
        var use = assessment.Use;
        if (assessment.Problem is not null || ReplacementOf(use, policy) is not { } replacement)
        {
            return assessment;
        }

        var name = replacement.Image.Familiar;
        var (current, known) = (use.Reference!, facts.GetValueOrDefault(replacement.Image));
        if (current.FollowedTag is not { } tag)
        {
            return Stay("a digest without a tag does not say which tag to take");
        }

        if (known is null or { Problem: not null })
        {
            return Undecided(use, policy, known?.Problem ?? $"{replacement.Image.Registry} was not asked about {name}");
        }

        if (known.Tags is null)
        {
            return Stay($"{replacement.Image.Registry} has no repository {replacement.Image.Repository}");
        }

        var (chosen, reason) = replacement.Choose(tag, known.Tags);
        if (chosen is null)
        {
            return Stay(reason);
        }

        var fit = Fit(known, Follow(use, tag, policy) with { Replacement = replacement }, chosen, choices, new FactsNeeded());
        if ((known.DigestOf(chosen).Problem ?? fit.Problem ?? (fit.IsOpen ? Unasked(known) : null)) is { } problem)
        {
            return Undecided(use, policy, problem);
        }

        if (fit.Obstacle is not null)
        {
            return Stay(fit.Obstacle);
        }

        if (known.DigestOf(chosen).Value is not { } digest)
        {
            return Stay($"{name}:{chosen} is still being pushed, or was deleted");
        }

        var target = Aim(use, policy.Rule, chosen, digest) with { Name = replacement.Image };
        if (!ReferenceEdit.TryCreate(use, target, out _, out var obstacle))
        {
            return Stay(obstacle);
        }

        var rule = policy.Rule.For(UpdateKind.Successor);
        var why = rule.Reason is null ? "" : $": {Excerpt.Of(rule.Reason)}";
        var step = new Update(use, target, UpdateKind.Successor, ReplacementName, $"{name} takes the place of {current.Name.Familiar}, {reason}{why}") { Rule = rule };
        return assessment.Updates.Count > 0
            ? assessment with { Updates = [.. assessment.Updates, step] }
            : assessment with { Updates = [step], Policy = step.Policy, Reason = step.Reason };

        Assessment Stay(string because)
        {
            var remark = $"; {name} can't take its place: {because}";
            return assessment with { Reason = assessment.Reason + remark, Updates = [.. assessment.Updates.Select(u => u with { Reason = u.Reason + remark })] };
        }
    }

    /// <summary>The image that is to take a use's place, where the use may be changed.</summary>
    private static Replacement? ReplacementOf(ImageUse use, PolicyInForce policy) =>
        use.Skip is null && policy.Replacement is { } replacement && replacement.Image != use.Reference!.Name ? replacement : null;

    /// <summary>A pin where there is none, or the tag's new digest.</summary>
    private static Update? Refresh(ImageUse use, PolicyRule rule, string tag, Digest? digest, bool isSame)
    {
        var current = use.Reference!;
        if (digest is null || digest == current.Digest || (current.Digest is null ? !IsPinned(use, rule) : !rule.Refreshes))
        {
            return null;
        }

        var target = current with { Tag = tag, Digest = digest };
        return current.Digest is null
            ? new Update(use, target, UpdateKind.Pin, DigestPolicyName, $"{tag} is not pinned: it can change without notice") { Rule = rule.For(UpdateKind.Pin) }
            : new Update(use, target, UpdateKind.Digest, DigestPolicyName, isSame ? $"{tag} was republished: only other platforms or attestations changed" : $"{tag} was republished") { Rule = rule.For(UpdateKind.Digest), IsMinorRefresh = isSame };
    }

    /// <summary>What a use follows. What it is for matters only where it may be changed.</summary>
    private static FollowedTag Follow(ImageUse use, string tag, PolicyInForce policy) =>
        new(tag, policy) { InUse = use.Skip is null ? new ImageInUse(use.Reference!.Digest, use.Platform) : null };

    internal static ImageReference Aim(ImageUse use, PolicyRule rule, string tag, Digest digest) =>
        use.Reference! with { Tag = tag, Digest = IsPinned(use, rule) || use.Reference!.Digest is not null ? digest : null };

    /// <summary>Whether a use without a digest gets one.</summary>
    private static bool IsPinned(ImageUse use, PolicyRule rule) => use.Pinnable && rule.Pins != false;

    /// <summary>Whether the tag itself stays for now: there is no step, or only a major one, which takes people their time.</summary>
    private static bool Stays(IReadOnlyList<TagStep> steps) => steps.All(s => s.Kind == UpdateKind.Major);

    /// <summary>Chooses the steps, past what can't replace the image in use.</summary>
    private static StepPlan Plan(ImageFacts facts, FollowedTag followed, TagChoices choices, FactsNeeded needed)
    {
        var passed = new List<string>();
        var remark = "";
        while (true)
        {
            var choice = choices.Of(facts, followed, passed);
            needed.Digests.UnionWith(choice.Facts.LackingDigests);
            foreach (var tag in choice.Facts.LackingDates)
            {
                Need(facts, tag, needed);
                if (facts.DigestOf(tag).Value is { } digest)
                {
                    needed.Dates[tag] = digest;
                }
            }

            if (!choice.IsFinal)
            {
                return new StepPlan([], choice.Reason, IsDecided: false, choice.Facts.Problem ?? Unasked(facts));
            }

            var steps = new List<TagStep>();
            var before = passed.Count;
            var isOpen = false;
            foreach (var step in choice.Steps)
            {
                Need(facts, step.Tag, needed);
                var fit = Fit(facts, followed, step.Tag, choices, needed);
                if (fit.Problem is not null)
                {
                    return new StepPlan([], choice.Reason, IsDecided: false, fit.Problem);
                }

                if (fit.IsOpen)
                {
                    isOpen = true;
                    continue;
                }

                if (fit.Obstacle is null)
                {
                    steps.Add(step);
                    continue;
                }

                passed.Add(step.Tag);
                remark += $"; {fit.Obstacle}";
            }

            if (isOpen)
            {
                return new StepPlan([], choice.Reason, IsDecided: false, Unasked(facts));
            }

            if (passed.Count == before || passed.Count >= MostPassed)
            {
                return new StepPlan(remark.Length == 0 ? steps : [.. steps.Select(s => s with { Reason = s.Reason + remark })], choice.Reason + remark, IsDecided: true, Problem: null);
            }
        }
    }

    /// <summary>Whether a tag may replace what is in use.</summary>
    internal static ImageFit Fit(ImageFacts facts, FollowedTag followed, string tag, TagChoices choices, FactsNeeded needed)
    {
        // A list may name what was deleted meanwhile, and some registries leave such tags in it for good.
        var isRefresh = followed.Replacement is null && tag == followed.Tag;
        if (!isRefresh && facts.DigestOf(tag) is { IsOpen: false } found && (found.Value is null || facts.Contents.GetValueOrDefault(found.Value) is { IsGone: true }))
        {
            return new ImageFit($"{tag} is in the list of tags, but there is no image: it was deleted, or is still being pushed");
        }

        var fit = PlatformCheck.Of(facts, followed, tag, choices, needed);
        if (fit is not { Obstacle: null, Problem: null })
        {
            return fit;
        }

        var signed = SignatureCheck.Of(facts, followed, tag, choices.Now, needed);
        return signed == ImageFit.Unknown ? fit : signed;
    }

    private static string Unasked(ImageFacts facts) => $"{facts.LookedUp.Registry} was not asked for all that it takes to decide about {facts.Image.Familiar}";

    private static void Need(ImageFacts facts, string tag, FactsNeeded needed)
    {
        if (facts.DigestOf(tag) is { IsOpen: true, Problem: null })
        {
            needed.Digests.Add(tag);
        }
    }

    private static Assessment Undecided(ImageUse use, PolicyInForce policy, string problem) =>
        new(use, [], IsGone: false, policy.Name, "could not be judged", problem);

    /// <param name="Steps">Where to go, the nearest first.</param>
    /// <param name="Reason">Why to stay, where there is no step.</param>
    /// <param name="IsDecided">Whether all is known that it takes.</param>
    /// <param name="Problem">Why not.</param>
    private sealed record StepPlan(IReadOnlyList<TagStep> Steps, string Reason, bool IsDecided, string? Problem);
}
