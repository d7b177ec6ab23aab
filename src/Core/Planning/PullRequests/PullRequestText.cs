using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>The words of a pull request: title, body and commit message.</summary>
/// <param name="Title">One line.</param>
/// <param name="Body">Markdown, at most <see cref="LongestBody"/> characters, with the marker as its last line.</param>
public sealed record PullRequestText(string Title, string Body)
{
    /// <summary>The most that GitHub takes, in characters.</summary>
    public const int LongestBody = 65_536;

    private const int LongestTitle = 120;

    /// <summary>Writes title and body of a change set.</summary>
    /// <param name="changeSet">What the pull request changes.</param>
    /// <param name="written">The updates of it that its branch holds.</param>
    /// <param name="facts">What else it tells.</param>
    public static PullRequestText Of(ChangeSet changeSet, IReadOnlyList<Update> written, PullRequestFacts facts)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        ArgumentNullException.ThrowIfNull(written);
        ArgumentNullException.ThrowIfNull(facts);
        var marker = PullRequestMarker.Of(changeSet).ToString();
        return new PullRequestText(TitleOf(changeSet, facts.Habit), PullRequestBody.Of(changeSet, written, facts, LongestBody - marker.Length - 1) + "\n" + marker);
    }

    /// <summary>The message of a commit: the title, or what the repository's own template makes of it, and the seal.</summary>
    /// <param name="changeSet">What the pull request changes.</param>
    /// <param name="written">The updates of it that the commit holds.</param>
    /// <param name="tree">SHA of the commit's tree.</param>
    /// <param name="habit">How the repository words its commits; null: no habit is known.</param>
    public static string CommitMessage(ChangeSet changeSet, IReadOnlyList<Update> written, string tree, CommitHabit? habit = null)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        ArgumentNullException.ThrowIfNull(written);
        var text = changeSet.Proposal.MessageTemplate is { } template ? CommitText.Of(template, written) : null;
        return CommitSeal.Seal(text ?? TitleOf(changeSet, habit ?? CommitHabit.None), changeSet.Fingerprint, tree);
    }

    /// <summary>The title, in the words of the repository.</summary>
    public static string TitleOf(ChangeSet changeSet, CommitHabit habit)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        ArgumentNullException.ThrowIfNull(habit);
        string title;
        var major = changeSet.Updates.Any(u => u.Kind == UpdateKind.Major) ? " (major)" : "";
        if (changeSet.Updates.Count == 0)
        {
            title = OfPackages(changeSet.Packages);
        }
        else if (changeSet.GroupName is { } group && changeSet.Images.Skip(1).Any())
        {
            title = $"Update {changeSet.Images.Count()} images of {Excerpt.Of(group)}{major}";
        }
        else if (changeSet.Updates.All(u => u.Kind is UpdateKind.Digest or UpdateKind.Pin))
        {
            var pins = changeSet.Updates.Count(u => u.Kind == UpdateKind.Pin);
            var verb = pins == 0 ? "Refresh" : pins == changeSet.Updates.Count ? "Pin" : "Pin and refresh";
            title = changeSet.Images.ToList() is [var only]
                ? $"{verb} the digest of {only.Familiar}"
                : $"{verb} the digests of {changeSet.Images.Count()} images";
        }
        else if (changeSet.Updates is [{ Kind: UpdateKind.Successor, WayOut: { } way } step, ..] && step.Target.Name == step.Use.Reference!.Name)
        {
            var tags = changeSet.Updates.Select(u => u.Use.Reference!.FollowedTag).Distinct(StringComparer.Ordinal).ToList();
            title = $"Move {step.Target.Name.Familiar}{(tags is [{ } tag] ? $" from {tag} to {step.Target.Tag}" : $" to {step.Target.Tag}")}, off {Excerpt.Of(way.Life.Title)} (end of life)";
        }
        else if (changeSet.Updates is [{ Kind: UpdateKind.Successor } successor, ..])
        {
            title = $"Replace {successor.Use.Reference!.Name.Familiar} by {successor.Target.Name.Familiar}";
        }
        else
        {
            var first = changeSet.Updates[0];
            var from = changeSet.Updates.Select(u => u.Use.Reference!.Tag).Distinct(StringComparer.Ordinal).ToList();
            var origin = from is [{ } tag] ? $" from {tag}" : "";
            title = $"Update {first.Target.Name.Familiar}{origin} to {first.Target.Tag}{major}";
        }

        if (changeSet.Rollout is { } stage)
        {
            title = stage.IsTakeBack
                ? $"Take {Excerpt.Of(stage.LineText)} back to {string.Join(", ", changeSet.Updates.Select(u => u.Target.Tag ?? u.Target.Digest?.ToString()[..19]).Distinct(StringComparer.Ordinal))} in {stage.Stage.Name}"
                : $"{title} in {stage.Stage.Name}";
        }

        title = habit.Apply(title, Prefix(changeSet.Proposal.CommitPrefix));
        return title.Length <= LongestTitle ? title : string.Concat(title.AsSpan(0, LongestTitle - 1), "…");
    }

    private static string OfPackages(IReadOnlyList<PackageUpdate> packages)
    {
        var major = packages.Any(p => p.Kind == UpdateKind.Major) ? " (major)" : "";
        var names = packages.Select(p => p.Use.Name).Distinct(StringComparer.Ordinal).ToList();
        return names is [var only]
            ? $"Update {Excerpt.Of(only)}{(packages.Select(p => p.Version).Distinct(StringComparer.Ordinal).ToList() is [var version] ? $" to {Excerpt.Of(version)}" : "")}{major}"
            : $"Update {names.Count} pinned packages of {packages[0].Use.Ecosystem.Word()}{major}";
    }

    /// <summary>A prefix that ends like a word gets a colon, as Dependabot's do.</summary>
    private static string Prefix(string? text)
    {
        var prefix = Excerpt.Of(text ?? "").Trim();
        return prefix.Length > 0 && (char.IsLetterOrDigit(prefix[^1]) || prefix[^1] is ')' or ']') ? prefix + ":" : prefix;
    }
}
