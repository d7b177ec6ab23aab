using System.Collections.Concurrent;
using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning;

/// <summary>What the policies answer at one time: each is asked once, and again only when facts have come that its answer lacked.</summary>
/// <param name="now">The time to which ages are counted.</param>
public sealed class TagChoices(DateTimeOffset now)
{
    private readonly ConcurrentDictionary<(ImageName Image, PolicyInForce Policy, string Tag, string Passed), TagChoice> _made = new();

    private readonly ConcurrentDictionary<(ImageName Image, PolicyInForce Policy, string Tag), TagChoice> _withLacking = new();

    private readonly ConcurrentDictionary<ImageName, (IReadOnlyList<string> Lacking, CandidateTags Read)> _union = new();

    private readonly ConcurrentDictionary<(ImageName Image, bool IsFiltered), (IReadOnlyList<string> Listed, CandidateTags Read)> _tags = new();

    /// <summary>The time to which ages are counted.</summary>
    public DateTimeOffset Now => now;

    /// <summary>
    /// Whether an update is held against the platforms of the image in use where neither file nor rule names any. Before a change
    /// is made it must be; a report does without, since it takes up to four requests for each tag in use.
    /// </summary>
    public bool ComparesPlatforms { get; init; } = true;

    /// <summary>Asks each policy in force; two that choose the same tag make one step.</summary>
    /// <param name="facts">What is known, with tags.</param>
    /// <param name="followed">The tag in use and its policy.</param>
    /// <param name="passed">Tags that are passed over.</param>
    internal TagChoice Of(ImageFacts facts, FollowedTag followed, IReadOnlyCollection<string> passed)
    {
        var key = (facts.Image, followed.Policy, followed.Tag, string.Join(' ', passed));
        if (!_made.TryGetValue(key, out var choice) || !choice.IsFinal)
        {
            _made[key] = choice = Ask(facts, followed, passed);
        }

        return choice;
    }

    /// <summary>What the policies would choose if a mirror held all that its source has. Of what it lacks nothing is asked: it is as old as can be.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="followed">The tag in use and its policy.</param>
    internal TagChoice WithLacking(ImageFacts facts, FollowedTag followed)
    {
        if (!_union.TryGetValue(facts.Image, out var union) || union.Lacking != facts.Lacking)
        {
            union = (facts.Lacking, new CandidateTags([.. (facts.Tags ?? []).Concat(facts.Lacking).Where(t => !SignatureKinds.IsBeside(t))]));
            _union[facts.Image] = union;
        }

        var key = (facts.Image, followed.Policy, followed.Tag);
        if (!_withLacking.TryGetValue(key, out var choice) || !choice.IsFinal)
        {
            var lacking = facts.Lacking.ToHashSet(StringComparer.Ordinal);
            _withLacking[key] = choice = Ask(followed, union.Read, new TagFacts(
                tag => lacking.Contains(tag) ? new(new TagDate(DateTimeOffset.MinValue, DateSource.Given)) : facts.DateOf(tag),
                tag => lacking.Contains(tag) ? default : facts.DigestOf(tag)));
        }

        return choice;
    }

    private TagChoice Ask(ImageFacts known, FollowedTag followed, IReadOnlyCollection<string> passed)
    {
        // What belongs to an image is none: the newest build is not its signature.
        var hasOthers = known.HasSignatureTags && !SignatureKinds.IsBeside(followed.Tag);
        var tags = Read(known, hasOthers);
        tags = passed.Count == 0 ? tags : new CandidateTags([.. tags.Where(t => !passed.Contains(t, StringComparer.Ordinal))]);
        return Ask(followed, tags, new TagFacts(known.DateOf, known.DigestOf));
    }

    private TagChoice Ask(FollowedTag followed, CandidateTags tags, TagFacts facts)
    {
        var question = new TagQuestion(followed.Tag, tags) { Facts = facts, Now = now };
        var steps = new List<TagStep>();
        var reason = "";
        foreach (var policy in followed.Policy.Policies)
        {
            var verdict = policy.Decide(question);
            reason = verdict.Reason;
            if (verdict.Selected is { } selected && steps.All(s => s.Tag != selected))
            {
                steps.Add(new TagStep(selected, verdict.Kind, policy.Name, verdict.Reason));
            }
        }

        return new TagChoice(steps, reason, facts);
    }

    private CandidateTags Read(ImageFacts facts, bool isFiltered)
    {
        if (!_tags.TryGetValue((facts.Image, isFiltered), out var tags) || tags.Listed != facts.Tags)
        {
            tags = (facts.Tags!, new CandidateTags(isFiltered ? [.. facts.Tags!.Where(t => !SignatureKinds.IsBeside(t))] : facts.Tags!));
            _tags[(facts.Image, isFiltered)] = tags;
        }

        return tags.Read;
    }
}

/// <param name="Steps">Where to go, the nearest first.</param>
/// <param name="Reason">Why to stay, where there is no step.</param>
/// <param name="Facts">What the policies looked up.</param>
internal sealed record TagChoice(IReadOnlyList<TagStep> Steps, string Reason, TagFacts Facts)
{
    /// <summary>Whether more facts will not change it.</summary>
    public bool IsFinal => Facts.IsWhole && Facts.Problem is null;
}

/// <summary>A step to another tag.</summary>
internal sealed record TagStep(string Tag, UpdateKind Kind, string Policy, string Reason);
