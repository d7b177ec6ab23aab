using System.Text;
using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning;

/// <summary>The words of a pull request: title, body and commit message.</summary>
/// <param name="Title">One line.</param>
/// <param name="Body">Markdown, at most <see cref="LongestBody"/> characters, with the marker as its last line.</param>
public sealed record PullRequestText(string Title, string Body)
{
    /// <summary>The most that GitHub takes, in characters.</summary>
    public const int LongestBody = 65_536;

    private const int MostRows = 100;

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
        var body = new StringBuilder();
        body.Append(Intro(written)).Append("\n\n| Image | File | From | To | Step |\n|---|---|---|---|---|\n");
        foreach (var update in written.Take(MostRows))
        {
            body.Append("| ").Append(Markdown.CodeCell(update.Use.Reference!.Name.Familiar))
                .Append(" | ").Append(Markdown.CodeCell($"{update.Use.Path}:{update.Use.Line}"))
                .Append(" | ").Append(Version(update.Use.Reference!))
                .Append(" | ").Append(update.Kind is UpdateKind.Successor ? Markdown.CodeCell(update.Target.Familiar) : Version(update.Target))
                .Append(" | ").Append(Word(update.Kind)).Append(" |\n");
        }

        if (written.Count > MostRows)
        {
            body.Append("\nand ").Append(written.Count - MostRows).Append(" more.\n");
        }

        body.Append("\n**Why**\n\n");
        foreach (var reason in written.Select(u => $"- {Markdown.Code(u.Target.Name.Familiar)}: {Markdown.Text(u.Reason)} (policy {Markdown.Code(u.Policy)}).").Distinct(StringComparer.Ordinal).Take(20))
        {
            body.Append(reason).Append('\n');
        }

        body.Append(Configuration(written, changeSet.Proposal));
        var warnings = Warnings(changeSet, facts.LifecycleOf).Take(20).ToList();
        if (warnings.Count > 0)
        {
            body.Append("\n**End of life**\n\n").AppendJoin('\n', warnings).Append('\n');
        }

        if (facts.Dropped.Count > 0)
        {
            body.Append("\n**Not changed**\n\n")
                .AppendJoin('\n', facts.Dropped.Take(20).Select(d => $"- {Markdown.Code($"{d.Path}:{d.Line}")}: {Markdown.Text(d.Message)}"))
                .Append('\n');
        }

        body.Append("\n---\nBasewatch keeps this pull request up to date while nobody else pushes to its branch. ")
            .Append("Merge it to take the update; close it, and it stays closed for this version.\n");

        var marker = PullRequestMarker.Of(changeSet).ToString();
        var room = LongestBody - marker.Length - 1;
        if (body.Length > room)
        {
            body.Length = room;
        }

        return new PullRequestText(TitleOf(changeSet), body.Append('\n').Append(marker).ToString());
    }

    /// <summary>The message of a commit: the title, or what the repository's own template makes of it, and the seal.</summary>
    /// <param name="changeSet">What the pull request changes.</param>
    /// <param name="written">The updates of it that the commit holds.</param>
    /// <param name="tree">SHA of the commit's tree.</param>
    public static string CommitMessage(ChangeSet changeSet, IReadOnlyList<Update> written, string tree)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        ArgumentNullException.ThrowIfNull(written);
        var text = changeSet.Proposal.MessageTemplate is { } template ? CommitText.Of(template, written) : null;
        return CommitSeal.Seal(text ?? TitleOf(changeSet), changeSet.Fingerprint, tree);
    }

    private static string TitleOf(ChangeSet changeSet)
    {
        string title;
        var major = changeSet.Updates.Any(u => u.Kind == UpdateKind.Major) ? " (major)" : "";
        if (changeSet.GroupName is { } group && changeSet.Images.Skip(1).Any())
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

        if (Prefix(changeSet.Proposal.CommitPrefix) is { Length: > 0 } prefix)
        {
            title = $"{prefix} {char.ToLowerInvariant(title[0])}{title[1..]}";
        }

        return title.Length <= LongestTitle ? title : string.Concat(title.AsSpan(0, LongestTitle - 1), "…");
    }

    /// <summary>A prefix that ends like a word gets a colon, as Dependabot's do.</summary>
    private static string Prefix(string? text)
    {
        var prefix = Excerpt.Of(text ?? "").Trim();
        return prefix.Length > 0 && (char.IsLetterOrDigit(prefix[^1]) || prefix[^1] is ')' or ']') ? prefix + ":" : prefix;
    }

    /// <summary>Who says that it is proposed, and how it may be merged.</summary>
    private static string Configuration(IReadOnlyList<Update> updates, ProposalSettings proposal)
    {
        var lines = updates.Select(u => u.Rule?.Source).OfType<RuleSource>().Select(s => s.ToString()).Distinct(StringComparer.Ordinal)
            .Take(20).Select(s => $"- Proposed as {Markdown.Code(s)} says.").ToList();
        if (proposal.Automerge)
        {
            var conditions = new List<string>();
            if (proposal.RequiredChecks.Count > 0)
            {
                conditions.Add($"{string.Join(", ", proposal.RequiredChecks.Take(20).Select(Markdown.Code))} {(proposal.RequiredChecks.Count == 1 ? "has" : "have")} passed");
            }

            if (proposal.Approvals > 0)
            {
                conditions.Add(proposal.Approvals == 1 ? "one person has approved" : $"{proposal.Approvals} people have approved");
            }

            lines.Add($"- It may be merged once {(conditions.Count == 0 ? "its checks have passed" : string.Join(", and ", conditions))}, by whoever merges: Basewatch does not.");
        }

        return lines.Count == 0 ? "" : $"\n**Configuration**\n\n{string.Join('\n', lines)}\n";
    }

    private static string Intro(IReadOnlyList<Update> updates)
    {
        var files = updates.Select(u => u.Use.Path).Distinct(StringComparer.Ordinal).Count();
        var places = updates.Count;
        return $"Basewatch moves {places} image {(places == 1 ? "reference" : "references")} in {files} {(files == 1 ? "file" : "files")}.";
    }

    /// <summary>"Do not just rebuild": a dead base stays dead at its newest digest.</summary>
    private static IEnumerable<string> Warnings(ChangeSet changeSet, Func<Images.ImageReference, ImageLifecycle?> lifecycles) =>
        from target in changeSet.Updates.Select(u => u.Target with { Digest = null }).Distinct()
        let lifecycle = lifecycles(target)
        where lifecycle is { Status: LifecycleStatus.Ended or LifecycleStatus.Ending, Ends: not null }
        select lifecycle.Status == LifecycleStatus.Ended
            ? $"- {Markdown.Code(target.Familiar)} is past its end of life since {lifecycle.Ends:yyyy-MM-dd}: a refresh brings no security fixes any more. Move to a maintained version."
            : $"- {Markdown.Code(target.Familiar)} reaches its end of life on {lifecycle.Ends:yyyy-MM-dd}.";

    private static string Version(Images.ImageReference reference) =>
        Markdown.CodeCell(reference.Digest is null ? reference.Tag ?? "latest" : $"{reference.Tag}@{reference.Digest.Abbreviated}");

    private static string Word(UpdateKind kind) => kind switch
    {
        UpdateKind.Pin => "first pin",
        UpdateKind.Digest => "republished",
        UpdateKind.Patch => "patch",
        UpdateKind.Minor => "minor",
        UpdateKind.Major => "**major**",
        _ => "successor",
    };
}
