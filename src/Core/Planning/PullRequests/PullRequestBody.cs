using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Policies;
using Basewatch.Core.Vulnerabilities;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>
/// What a reviewer has to know, in half a page. Tables are of two columns, so that a telephone shows them whole; a list or a
/// table that is long lies folded.
/// </summary>
internal static class PullRequestBody
{
    private const int MostRows = 25;

    private const int MostFiles = 5;

    private const int MostLines = 8;

    /// <summary>Writes the body.</summary>
    /// <param name="changeSet">What the pull request changes.</param>
    /// <param name="written">The updates of it that its branch holds.</param>
    /// <param name="facts">What else it tells.</param>
    /// <param name="room">The most characters.</param>
    public static string Of(ChangeSet changeSet, IReadOnlyList<Update> written, PullRequestFacts facts, int room)
    {
        var closing = Closing(changeSet, facts);
        var body = new BoundedText(room - closing.Length - 2);
        List<ImageMove> moves = [.. written.GroupBy(u => (ImageStep.Of(u), u.Kind)).Select(g => new ImageMove(g.Key.Item1, g.Key.Kind, [.. g]))];
        AddWarnings(body, changeSet, facts);
        if (moves is [var only])
        {
            AddMove(body, only, facts);
        }
        else if (moves.Count > 0)
        {
            AddMoves(body, moves, written, facts);
        }

        AddReasons(body, moves);
        AddPackages(body, [.. changeSet.Packages.Where(facts.IsWritten)], isAlone: moves.Count == 0);
        foreach (var way in moves.SelectMany(m => m.Updates).Select(u => u.WayOut).OfType<WayOut>().DistinctBy(w => w.Image))
        {
            var step = moves.FirstOrDefault(m => m.Updates.Any(u => u.WayOut == way))?.Step;
            if (moves.Count > 1)
            {
                body.Add($"**{Markdown.Code(Excerpt.Of(way.Image.Familiar))}**");
            }

            foreach (var (head, items) in WayOutText.Blocks(way, step is null || !facts.Contents.TryGetValue(step, out var known) ? null : known with { Links = null }, facts.LifecycleOf, link: null).Skip(way.Successor.Steps.Count == 1 ? 1 : 0))
            {
                body.Add(head, items);
            }
        }

        if (moves is [var single])
        {
            if (facts.Contents.TryGetValue(single.Step, out var content) && ComparisonText.Lines(content).ToList() is { Count: > 0 } lines)
            {
                body.Add($"**What changes in the image**{(content.Platform is { } platform ? $" ({Markdown.Text(Excerpt.Of(platform.ToFullString()))})" : "")}\n", lines);
            }
        }
        else
        {
            var lines = moves.Where(m => m.Kind != UpdateKind.Pin)
                .Select(m => (Move: m, Line: facts.Contents.TryGetValue(m.Step, out var content) ? ComparisonText.Summary(content) : null))
                .Where(l => l.Line is not null)
                .Select(l => $"- {Markdown.Code(Excerpt.Of(Name(l.Move.Step.After)))}: {l.Line}")
                .Distinct(StringComparer.Ordinal)
                .ToList();
            if (lines.Count > 0)
            {
                body.Add($"<details><summary>What changes in {Count(lines.Count, "image")}</summary>\n", lines, "\n\n</details>");
            }
        }

        AddVulnerabilities(body, moves, facts);
        AddLifecycles(body, moves, facts);
        AddList(body, "**To know**", [.. facts.Notes.Select(n => $"- {n}")]);
        AddList(body, "**Not changed**", [.. facts.Dropped.Select(d => $"- {Markdown.Code($"{Excerpt.Of(d.Path)}{(d.Line is null ? "" : $":{d.Line}")}")}: {Markdown.Text(Short(d.Message))}")]);
        return $"{body}\n\n{closing}";
    }

    /// <summary>"Do not just rebuild": a dead base stays dead at its newest digest.</summary>
    private static void AddWarnings(BoundedText body, ChangeSet changeSet, PullRequestFacts facts)
    {
        var lines = (from target in changeSet.Updates.Select(u => u.Target with { Digest = null }).Distinct()
                     let lifecycle = facts.LifecycleOf(target)
                     where lifecycle is { Status: LifecycleStatus.Ended or LifecycleStatus.Ending, Ends: not null }
                     let ends = lifecycle.Ends.GetValueOrDefault()
                     let wayOut = facts.WayOutOf(target)
                     select (lifecycle.Status == LifecycleStatus.Ended
                         ? $"{Markdown.Code(Excerpt.Of(target.Familiar))} has been past its end of life since {Day(ends)}: it gets no security fixes any more.{(wayOut is null ? " Move to a maintained version." : "")}"
                         : $"{Markdown.Code(Excerpt.Of(target.Familiar))} reaches its end of life on {Day(ends)}.") + (wayOut is null ? "" : " " + wayOut)).ToList();
        if (lines.Count == 1)
        {
            body.Add($"> [!WARNING]\n> {lines[0]}");
        }
        else if (lines.Count > 1)
        {
            body.Add("> [!WARNING]", [.. lines.Take(MostLines).Select(l => $"> - {l}"), .. More("> - ", lines.Count)]);
        }
    }

    private static void AddMove(BoundedText body, ImageMove move, PullRequestFacts facts)
    {
        List<string> rows =
        [
            $"| From | {Version(move, move.Step.Before)} |",
            $"| To | {Version(move, move.Step.After)} |",
            $"| Kind | {(move.Updates[0].WayOut is not null && move.Step.Before.Name == move.Step.After.Name ? "**way out** of its end of life" : Word(move.Kind))} |",
        ];
        if (DateOf(move, facts) is { } date)
        {
            rows.Add($"| Age | {Age(date, facts.Now)}built on {Day(date)} |");
        }

        rows.Add($"| {(move.Updates.Count == 1 ? "File" : "Files")} | {Files(move, MostFiles * 2)} |");
        body.Add($"| Image | {Markdown.NarrowCell(Excerpt.Of(move.Step.Before.Name.Familiar))} |\n|:--|:--|", rows);
    }

    private static void AddMoves(BoundedText body, List<ImageMove> moves, IReadOnlyList<Update> written, PullRequestFacts facts)
    {
        var files = written.Select(u => u.Use.Path).Distinct(StringComparer.Ordinal).Count();
        var counts = $"{Count(written.Count, "reference")} in {Count(files, "file")}";
        var kinds = moves.GroupBy(m => m.Kind).OrderByDescending(g => g.Key).ToList();
        body.Add(kinds switch
        {
            [{ Key: UpdateKind.Pin }] => $"Basewatch pins {counts} to their digests.",
            [{ Key: UpdateKind.Digest }] => $"Basewatch refreshes the digests of {counts}.",
            _ => $"Basewatch moves {counts}: {string.Join(", ", kinds.Select(g => Kinds(g.Key, g.Sum(m => m.Updates.Count))))}.",
        });
        const string Head = "| Image | Change |\n|:--|:--|";
        var rows = moves.Take(MostRows).Select(m => $"| {Markdown.NarrowCell(Excerpt.Of(m.Step.Before.Name.Familiar))}<br>{Files(m, 2)} | {Change(m, facts, isKindKnown: kinds.Count == 1)} |");
        if (moves.Count <= MostLines)
        {
            body.Add(Head, rows);
        }
        else
        {
            body.Add($"<details><summary>Each of them</summary>\n\n{Head}", rows, (moves.Count > MostRows ? $"\n\nand {moves.Count - MostRows} more." : "") + "\n\n</details>");
        }
    }

    /// <summary>Pinned packages that move, with why.</summary>
    private static void AddPackages(BoundedText body, List<PackageUpdate> packages, bool isAlone)
    {
        if (packages.Count == 0)
        {
            return;
        }

        var broken = packages.Count(p => p.IsRepair);
        if (broken > 0)
        {
            body.Add($"> [!WARNING]\n> {(broken == 1 ? "A pinned version is" : $"{broken} pinned versions are")} no longer in the archive: the next build without this change breaks.");
        }

        body.Add(isAlone ? $"Basewatch moves {Count(packages.Count, "pinned package")} in {Count(packages.Select(p => p.Use.Path).Distinct(StringComparer.Ordinal).Count(), "file")}." : "**Pinned packages that move with it**");
        var moves = packages.GroupBy(p => (p.Use.Ecosystem, p.Use.Name, Before: p.Use.Version.Value, p.Version)).ToList();
        var rows = moves.Take(MostRows).Select(g => $"| {Markdown.NarrowCell(Excerpt.Of(g.Key.Name))}<br>{string.Join("<br>", g.Take(2).Select(p => Markdown.NarrowCell($"{End(p.Use.Path)}:{p.Use.Line}")))} | {Markdown.NarrowCell(Excerpt.Of(g.Key.Before))}<br>→\u00A0{Markdown.NarrowCell(Excerpt.Of(g.Key.Version))} |");
        body.Add("| Package | Change |\n|:--|:--|", rows, moves.Count > MostRows ? $"\n\nand {moves.Count - MostRows} more." : "");
        AddList(body, "**Why**", [.. packages.Select(p => $"- {Markdown.Code(Excerpt.Of(p.Use.Name))}: {Markdown.Text(Short(p.Reason))}").Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Why these, and who says so.</summary>
    private static void AddReasons(BoundedText body, List<ImageMove> moves)
    {
        if (moves is [{ Updates: [var first, ..] updates }] && updates.Select(Because).Distinct(StringComparer.Ordinal).Count() == 1)
        {
            body.Add($"**Why:** {Because(first)}");
            return;
        }

        // Mostly one place decides on all.
        var origins = moves.SelectMany(m => m.Updates).Select(Origin).Distinct(StringComparer.Ordinal).ToList();
        var shared = origins is [var one] ? $" ({one})" : "";

        // Of many pins and refreshes each has the same reason, but for the name of its tag.
        var lines = moves.Where(m => m.Kind is UpdateKind.Pin or UpdateKind.Digest).GroupBy(m => (m.Kind, m.Updates[0].IsMinorRefresh, Origin: Origin(m.Updates[0])))
            .Where(g => g.Count() > 3)
            .Select(g => (Moves: g.ToList(), Line: $"- {Count(g.Count(), "tag")} {g.Key switch
            {
                (UpdateKind.Pin, _, _) => "are not pinned: they can change without notice",
                (_, true, _) => "were republished: only other platforms or attestations changed",
                _ => "were republished",
            }}{(shared.Length == 0 ? $" ({g.Key.Origin})" : "")}"))
            .ToList();
        var summed = lines.SelectMany(l => l.Moves).ToHashSet();
        List<string> all = [.. lines.Select(l => l.Line), .. moves.Where(m => !summed.Contains(m)).SelectMany(m => m.Updates.Select(u => $"- {Markdown.Code(Excerpt.Of(u.Target.Name.Familiar))}: {(shared.Length == 0 ? Because(u) : Reason(u))}")).Distinct(StringComparer.Ordinal)];
        AddList(body, $"**Why**{shared}", all);

        static string Because(Update update) => $"{Reason(update)} ({Origin(update)})";

        static string Reason(Update update) => Markdown.Text(Short(update.Reason));
    }

    private static string Origin(Update update) =>
        $"policy {Markdown.Code(Excerpt.Of(update.Policy))}, {(update.Rule?.Source is { } source ? $"as {Markdown.Code(Excerpt.Of(source.ToString()))} says" : "by default")}";

    /// <summary>What is fixed and what comes with it; nothing where no image has a list of its packages.</summary>
    private static void AddVulnerabilities(BoundedText body, List<ImageMove> moves, PullRequestFacts facts)
    {
        var known = moves.DistinctBy(m => m.Step)
            .Select(m => (m.Step, Comparison: facts.Contents.GetValueOrDefault(m.Step)?.Vulnerabilities))
            .Where(k => k.Comparison is not null)
            .ToList();
        if (moves.Select(m => m.Step).Distinct().Count() == 1)
        {
            if (known is [{ Comparison: { } comparison }])
            {
                body.Add("**Vulnerabilities in the distribution's packages**\n", VulnerabilityText.Lines(comparison));
            }

            return;
        }

        AddList(body, "**Vulnerabilities in the distributions' packages**", [.. known
            .Where(k => k.Comparison!.Fixed.Count + k.Comparison.Introduced.Count > 0)
            .OrderByDescending(k => k.Comparison!.Fixed.Concat(k.Comparison.Introduced).Max(VulnerabilityComparison.Weight))
            .Select(k => $"- {Markdown.Code(Excerpt.Of(Name(k.Step.After)))}: {VulnerabilityText.Summary(k.Comparison!)}")]);
    }

    /// <summary>How long what is used and what is proposed are maintained.</summary>
    private static void AddLifecycles(BoundedText body, List<ImageMove> moves, PullRequestFacts facts)
    {
        var lines = moves.Select(m => (Before: facts.LifecycleOf(m.Step.Before with { Digest = null }), After: facts.LifecycleOf(m.Step.After with { Digest = null })))
            .SelectMany(l => new[]
            {
                Line(l.Before?.Product, l.After?.Product),
                Line(l.Before?.Distribution, l.After?.Distribution),
            })
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToList();
        AddList(body, "**Maintained**", lines);

        static string? Line(Life? before, Life? after)
        {
            var (old, young) = (Until(before), Until(after));
            return old is null && young is null ? null
                : old == young || old is null ? $"- {Plain(after!.Label)} {young}"
                : young is null ? $"- {Plain(before!.Label)} {old}"
                : $"- {Plain(before!.Label)} {old} → {(before!.Label == after!.Label ? "" : Plain(after.Label) + " ")}{young}";
        }

        static string? Until(Life? life) => life is { Cycle: { } cycle, Eol: { } end } ? $"{Plain(cycle)} until {Day(end)}" : null;

        static string Plain(string? text) => Markdown.Text(Excerpt.Of(text ?? ""));
    }

    /// <summary>What comes next, and what a person can do.</summary>
    private static string Closing(ChangeSet changeSet, PullRequestFacts facts)
    {
        var digests = changeSet.Updates.Count > 0 && changeSet.Updates.All(u => u.Kind is UpdateKind.Digest or UpdateKind.Pin);
        var merge = changeSet.Updates.Any(u => u.WayOut is not null) ? "It is a draft, and never merged by itself: look at it, mark it as ready, and merge it."
            : changeSet.Proposal is { Automerge: true } ? Merge(changeSet, facts.IsAttended) : "Merge it to take the update.";
        var text = $"---\n{merge} Close it, and it stays closed for {(digests ? "these digests" : "this version")}. "
            + "Basewatch keeps it up to date until somebody else pushes to its branch.";
        return !facts.IsAttended ? text + "\n" : text + """


            - [ ] <!-- basewatch:rebase --> Write the branch anew on top of its base

            <details><summary>Commands</summary>

            Whoever may write here can say in a comment:

            - `@basewatch rebase`: write the branch anew on top of its base
            - `@basewatch recreate`: the same, over what others have pushed to it
            - `@basewatch ignore this version`, `ignore this major` or `ignore this image`: close it, and propose no such thing again
            - `@basewatch merge when green`: merge it once its checks have passed

            </details>

            """.ReplaceLineEndings("\n");
    }

    private static string Merge(ChangeSet changeSet, bool isAttended)
    {
        var proposal = changeSet.Proposal;
        var conditions = new List<string>();
        if (proposal.RequiredChecks.Count > 0)
        {
            conditions.Add($"{string.Join(", ", proposal.RequiredChecks.Take(20).Select(c => Markdown.Code(Excerpt.Of(c))))} {(proposal.RequiredChecks.Count == 1 ? "has" : "have")} passed");
        }

        if (proposal.Approvals > 0)
        {
            conditions.Add(proposal.Approvals == 1 ? "one person has approved" : $"{proposal.Approvals} people have approved");
        }

        var when = conditions.Count == 0 ? "its checks have passed" : string.Join(", and ", conditions);
        return isAttended ? $"Basewatch merges it once {when}." : $"It may be merged once {when}, by whoever merges: Basewatch does not.";
    }

    private static void AddList(BoundedText body, string title, List<string> lines)
    {
        if (lines.Count > 0)
        {
            body.Add(title + "\n", [.. lines.Take(MostLines), .. More("- ", lines.Count)]);
        }
    }

    private static IEnumerable<string> More(string bullet, int count) => count > MostLines ? [$"{bullet}and {count - MostLines} more"] : [];

    private static string Change(ImageMove move, PullRequestFacts facts, bool isKindKnown)
    {
        var age = DateOf(move, facts) is { } date ? facts.Now is null ? $"built on {Day(date)}" : $"{Age(date, facts.Now).TrimEnd(',', ' ')} old" : null;
        var after = move.Kind is UpdateKind.Digest or UpdateKind.Pin && move.Step.After.Digest is { } digest ? Markdown.CodeCell("@" + digest.Abbreviated) : Version(move, move.Step.After);
        var more = string.Join(", ", new[] { isKindKnown ? null : Word(move.Kind), age }.OfType<string>());
        return $"{Version(move, move.Step.Before)}<br>→\u00A0{after}{(more.Length == 0 ? "" : $"<br>{more}")}";
    }

    private static string Files(ImageMove move, int most)
    {
        var files = move.Updates.Select(u => Markdown.NarrowCell($"{End(u.Use.Path)}:{u.Use.Line}")).Distinct(StringComparer.Ordinal).ToList();
        return string.Join("<br>", files.Take(most)) + (files.Count > most ? $"<br>and {files.Count - most} more" : "");
    }

    private static string Version(ImageMove move, ImageReference reference)
    {
        var tag = move.Kind == UpdateKind.Successor ? Name(reference) : reference.Tag ?? (reference.Digest is null ? "latest" : null);
        return string.Join(' ', new[] { tag is null ? null : Markdown.NarrowCell(tag), reference.Digest is null ? null : Markdown.CodeCell("@" + reference.Digest.Abbreviated) }.OfType<string>());
    }

    private static string Name(ImageReference reference) => (reference with { Digest = null }).Familiar;

    private static DateTimeOffset? DateOf(ImageMove move, PullRequestFacts facts) => facts.Contents.GetValueOrDefault(move.Step)?.After?.Date?.At;

    private static string Age(DateTimeOffset built, DateTimeOffset? now) => (now - built)?.Days switch
    {
        null => "",
        < 1 => "less than a day, ",
        1 => "1 day, ",
        < 100 and var days => $"{days} days, ",
        < 730 and var days => $"{days / 30} months, ",
        var days => $"{days / 365} years, ",
    };

    private static string Kinds(UpdateKind kind, int count) => kind switch
    {
        UpdateKind.Pin => $"{Count(count, "first pin")}",
        UpdateKind.Digest => $"{count} republished",
        _ => $"{count} {Word(kind)}",
    };

    private static string Word(UpdateKind kind) => kind switch
    {
        UpdateKind.Pin => "first pin",
        UpdateKind.Digest => "republished",
        UpdateKind.Patch => "patch",
        UpdateKind.Minor => "minor",
        UpdateKind.Major => "**major**",
        _ => "another image",
    };

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Of a long path the end says most.</summary>
    private static string End(string path) => path.Length <= 100 ? path : $"…{path[^99..]}";

    private static string Short(string text) => text.Length <= 500 ? text : text[..499] + "…";

    /// <summary>One step of one image, in all its places.</summary>
    private sealed record ImageMove(ImageStep Step, UpdateKind Kind, IReadOnlyList<Update> Updates);
}
