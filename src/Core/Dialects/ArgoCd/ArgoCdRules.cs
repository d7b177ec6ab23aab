using System.Collections.Concurrent;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>What an Application has for one image, in the order of its list: of several, that counts which takes the tag that is there.</summary>
/// <param name="Scope">The Application's uses.</param>
/// <param name="Rules">The rules.</param>
internal sealed record ApplicationRules(ApplicationScope Scope, List<PolicyRule> Rules);

/// <summary>The rules of Applications, by image. Of several Applications that is asked which is closest to a use, then which comes first.</summary>
/// <param name="rules">By image, in the order of the files.</param>
/// <param name="wholes">Of Applications of which it is not known which images they name: for what no other rule is closer to.</param>
/// <param name="broken">Documents that can't be read, asked last.</param>
/// <param name="others">The rule for what might be in what could not be read any more; null where all was read.</param>
internal sealed class ArgoCdRules(IReadOnlyDictionary<ImageName, List<ApplicationRules>> rules, IReadOnlyList<ApplicationRules> wholes, IReadOnlyList<BrokenPart> broken, PolicyRule? others) : IRuleSet
{
    private readonly ConcurrentDictionary<(PolicyRule, string), PolicyRule> _generated = new();

    /// <inheritdoc/>
    public PolicyRule? For(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        if (use.Reference is not { } reference || !ApplicationScope.IsRendered(use))
        {
            return null;
        }

        ApplicationRules? closest = null;
        var least = int.MaxValue;
        foreach (var application in (rules.GetValueOrDefault(reference.Name) ?? []).Concat(wholes))
        {
            if (application.Scope.DistanceOf(use) is { } distance && distance < least)
            {
                (closest, least) = (application, distance);
            }
        }

        if (closest is null)
        {
            return broken.FirstOrDefault(b => b.MayHold(use))?.Rule ?? others;
        }

        var rule = closest.Rules is [var only] ? only : closest.Rules.Find(r => Takes(r, reference.FollowedTag)) ?? closest.Rules[0];
        return rule.Proposal.Group is { } group && closest.Scope.FilledBy(use.Path) is { } name
            ? _generated.GetOrAdd((rule, name), _ => rule with { Proposal = rule.Proposal with { Group = GroupName.Of($"{group}-{name}") } })
            : rule;
    }

    /// <summary>Whether a policy would take a tag if there were no other.</summary>
    private static bool Takes(PolicyRule rule, string? tag) =>
        tag is not null && rule.Policy?.Decide(new TagQuestion(null, [tag]) { Facts = TagFacts.Of(new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal) { [tag] = DateTimeOffset.UnixEpoch }) }).Selected == tag;
}

/// <summary>Names of groups.</summary>
internal static class GroupName
{
    private const int Longest = 100;

    /// <summary>A text with nothing in it but what any name may have.</summary>
    public static string Of(string text) => new([.. text.Take(Longest).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-')]);
}
