using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning.WaysOut;

/// <summary>
/// Decides which images need a way out, and what may be done about it. In rounds, as <see cref="UpdatePlanner"/>: a candidate is found
/// by its tag, then the registry is asked for what lies behind it. Pure.
/// </summary>
/// <param name="resolver">By a catalogue.</param>
/// <param name="lifeOf">How long an image lives, by all that is known of it.</param>
/// <param name="settings">What the repository says.</param>
/// <param name="today">The day, in UTC.</param>
public sealed class WayOutPlanner(LifecycleResolver resolver, Func<ImageReference, ImageLifecycle> lifeOf, EndOfLifeSettings settings, DateOnly today)
{
    private const string PolicyName = "endOfLife";

    private readonly SuccessorFinder _finder = new(resolver);

    /// <summary>The uses that need a way out: what they ship ends, and none of their updates leads out of it.</summary>
    public IReadOnlyList<DyingUse> Dying(IEnumerable<Assessment> assessments)
    {
        ArgumentNullException.ThrowIfNull(assessments);
        var found = new List<DyingUse>();
        foreach (var assessment in assessments)
        {
            var line = assessment.Use.Reference! with { Digest = null };
            var deprecated = DeprecatedImage.Of(line.Name);
            var lifecycle = lifeOf(line);
            var life = lifecycle.First is { } first && settings.IsTime(first, today) ? first : deprecated is null ? null : LifeOf(line.Name, deprecated);
            if (life is not null && line.FollowedTag is not null && !assessment.Updates.Any(LeadsOut))
            {
                found.Add(new DyingUse(assessment, line, life, deprecated, lifecycle.Inherited is { } inherited && inherited.Life == life ? inherited : null));
            }
        }

        return found;

        bool LeadsOut(Update update) =>
            update.Kind == UpdateKind.Successor
            || (update.Kind is UpdateKind.Patch or UpdateKind.Minor or UpdateKind.Major
                && DeprecatedImage.Of(update.Target.Name) is null
                && !(lifeOf(update.Target with { Digest = null }).First is { } then && settings.IsTime(then, today)));
    }

    /// <summary>The successor of a dying image among those that may be taken.</summary>
    /// <param name="dying">What is to be left.</param>
    /// <param name="tagsOf">The tags of an image; null where they are not known, or there is no such image.</param>
    /// <param name="passed">Tags that can't be taken, with their image: <c>python:3.14-slim</c>.</param>
    public Successor Find(DyingUse dying, Func<ImageName, IReadOnlyList<string>?> tagsOf, IReadOnlySet<ImageReference> passed)
    {
        ArgumentNullException.ThrowIfNull(dying);
        ArgumentNullException.ThrowIfNull(tagsOf);
        ArgumentNullException.ThrowIfNull(passed);
        if (dying.Inherited is { } inherited)
        {
            return new Successor(null, $"it is built from {inherited.Root.Familiar}: it is to be left in the Dockerfile that begins with it");
        }

        var line = dying.Line;
        if (dying.Deprecated is not { } deprecated)
        {
            return tagsOf(line.Name) is { } own ? _finder.Find(line, Left(line.Name, own), today, settings.Prefer) : new Successor(null, $"{line.Name.Registry} has no repository {line.Name.Repository}");
        }

        if (OtherOf(dying) is not { } other)
        {
            return new Successor(null, deprecated.Choices.Count == 0 ? "its publishers have given it up, and name nothing in its place" : "its publishers have given it up, and what takes its place is for people to choose");
        }

        if (tagsOf(other) is not { } tags)
        {
            return new Successor(null, $"{other.Registry} has no repository {other.Repository}");
        }

        // First the same line there; where that has ended too, on from it.
        var left = Left(other, tags);
        foreach (var tag in deprecated.TagsFor(line.FollowedTag!))
        {
            var same = new ImageReference(other, tag);
            var onward = _finder.Find(same, left, today, settings.Prefer, ships: line.Name);
            if (onward.Image is not null)
            {
                return onward with { Reason = $"{other.Familiar} takes the place of {line.Name.Familiar}, {onward.Reason}" };
            }

            var (chosen, reason) = new Replacement(other).Choose(tag, left);
            if (chosen is not null && !IsOver(new ImageReference(other, chosen)))
            {
                return new Successor(same with { Tag = chosen }, $"{other.Familiar} takes the place of {line.Name.Familiar}, {reason}") { Steps = [new SuccessorStep(chosen, same with { Tag = chosen })] };
            }
        }

        return new Successor(null, $"{other.Familiar} takes the place of {line.Name.Familiar}, and has no tag like {line.FollowedTag}");

        bool IsOver(ImageReference reference) => lifeOf(reference).First is { } life && settings.IsTime(life, today);

        List<string> Left(ImageName name, IReadOnlyList<string> all) => passed.Count == 0 ? [.. all] : [.. all.Where(t => !passed.Contains(new ImageReference(name, t)))];
    }

    /// <summary>The image in the place of one that was given up; null where there is none, or people have to choose.</summary>
    public static ImageName? OtherOf(DyingUse dying)
    {
        ArgumentNullException.ThrowIfNull(dying);
        return dying.Deprecated?.ImageFor(dying.Line.Name, dying.Line.FollowedTag!);
    }

    /// <summary>What has to be known of a candidate before it may be taken.</summary>
    public static FollowedTag Follow(DyingUse dying, ImageReference next, PolicyInForce policy)
    {
        ArgumentNullException.ThrowIfNull(dying);
        ArgumentNullException.ThrowIfNull(next);
        var use = dying.Assessment.Use;
        return new FollowedTag(dying.Line.FollowedTag!, policy)
        {
            InUse = new ImageInUse(use.Reference!.Digest, use.Platform),
            Replacement = new Replacement(next.Name) { Version = next.Tag, IsSameImage = next.Name == dying.Line.Name },
        };
    }

    /// <summary>Whether a candidate may be taken: null where it may, else why not; and what the registry did not answer.</summary>
    public static (string? Obstacle, string? Problem) Judge(DyingUse dying, ImageReference next, PolicyInForce policy, ImageFacts facts, TagChoices choices)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(next);
        if ((facts.Problem ?? facts.DigestOf(next.Tag!).Problem) is { } problem)
        {
            return (null, problem);
        }

        if (facts.DigestOf(next.Tag!).Value is null)
        {
            return ($"{next.Familiar} is still being pushed, or was deleted", null);
        }

        var fit = UpdatePlanner.Fit(facts, Follow(dying, next, policy), next.Tag!, choices, new FactsNeeded());
        return (fit.Obstacle, fit.Problem ?? (fit.IsOpen ? $"{facts.LookedUp.Registry} was not asked for all that it takes to decide about {next.Familiar}" : null));
    }

    /// <summary>The step for one use, or why no pull request takes it.</summary>
    public static (Update? Update, string? HeldBack) Step(DyingUse dying, ImageReference next, PolicyInForce policy, Digest digest)
    {
        ArgumentNullException.ThrowIfNull(dying);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(next);
        var use = dying.Assessment.Use;
        if (use.Skip is { } skip)
        {
            return (null, skip);
        }

        if (Withheld(dying, next, policy) is { } withheld)
        {
            return (null, withheld);
        }

        var target = UpdatePlanner.Aim(use, policy.Rule, next.Tag!, digest) with { Name = next.Name };
        if (!ReferenceEdit.TryCreate(use, target, out _, out var obstacle))
        {
            return (null, obstacle);
        }

        var rule = policy.Rule.For(UpdateKind.Successor);
        return (new Update(use, target, UpdateKind.Successor, PolicyName, "") { Rule = rule }, null);
    }

    /// <summary>
    /// Whether somebody has decided that it stays: a rule by which this version would not be taken even if it were of the same flavour.
    /// Null where nobody has.
    /// </summary>
    private static string? Withheld(DyingUse dying, ImageReference next, PolicyInForce policy)
    {
        if (policy.Rule.Source is not { } source)
        {
            return null;
        }

        var (now, then) = (TagVersion.Of(dying.Line.FollowedTag!), TagVersion.Of(next.Tag!));
        var isSameVersion = next.Name == dying.Line.Name && now.Scheme == TagScheme.Version && UpgradePath.Compare(now.Numbers, then.Numbers) == 0;
        if (isSameVersion)
        {
            return null;
        }

        var withheld = $"{source} holds it back ({policy.Rule.Summary})";
        if (policy.Policies.All(p => p is DockerPolicy or FilteredPolicy { Selector: DockerPolicy }))
        {
            if (policy.Policies.Any(p => p is DockerPolicy { Furthest: UpdateKind.Major }))
            {
                return null;
            }

            var isPlain = policy.Policies.All(p => p is DockerPolicy);
            var furthest = policy.Policies.OfType<DockerPolicy>().Select(p => p.Furthest).DefaultIfEmpty(UpdateKind.None).Max();
            if (isPlain && (next.Name != dying.Line.Name || now.Scheme != TagScheme.Version || then.Scheme != TagScheme.Version || now.FirstDifference(then) is var at && (at == 0 || (at == 1 && furthest < UpdateKind.Minor))))
            {
                return withheld;
            }

            if (isPlain)
            {
                return null;
            }
        }

        // As if it were of the same flavour: what the flavour is, is not what such rules are about.
        var numbers = string.Join('.', then.Numbers.Take(Math.Max(1, now.Precision)));
        var alike = now.Scheme == TagScheme.Version && then.Scheme == TagScheme.Version ? now.Prefix + numbers + now.Suffix : next.Tag!;
        if (alike == now.Text)
        {
            return null;
        }

        var question = new TagQuestion(now.Text, [now.Text, alike]) { Facts = new TagFacts(_ => new(new TagDate(DateTimeOffset.UnixEpoch, DateSource.Given)), _ => default), Now = DateTimeOffset.UnixEpoch.AddYears(200) };
        return policy.Policies.Any(p => p.Decide(question).Selected == alike) ? null : withheld;
    }

    private static Life LifeOf(ImageName image, DeprecatedImage deprecated) => new(Lifecycle.LifeOf.Image, image.Familiar, image.Familiar, null, deprecated.Since)
    {
        IsEnded = true,
        Url = deprecated.Source,
        Evidence = "its publishers have given it up",
    };
}

/// <summary>A use whose image is near or past its end of life, and that no update leads out of.</summary>
/// <param name="Assessment">The use, and what is said of it.</param>
/// <param name="Line">Its image without a digest.</param>
/// <param name="Life">What ends.</param>
/// <param name="Deprecated">What its publishers say, where they have given it up.</param>
/// <param name="Inherited">Where it has that life now, if not from itself.</param>
public sealed record DyingUse(Assessment Assessment, ImageReference Line, Life Life, DeprecatedImage? Deprecated, InheritedLife? Inherited);
