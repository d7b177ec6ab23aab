using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Alerts;

/// <summary>What words need to know besides what they are about.</summary>
/// <param name="Owner">Whose repositories.</param>
/// <param name="At">When it is said.</param>
public sealed record AlertContext(string Owner, DateTimeOffset At)
{
    /// <summary>The overview; null where nobody can see it.</summary>
    public string? Overview { get; init; }

    /// <summary>The page where alerts about a subject are let rest.</summary>
    public Func<string, string?> SnoozeOf { get; init; } = _ => null;

    /// <summary>The page that shows a place.</summary>
    public Func<AlertPlace, string?> PageOf { get; init; } = _ => null;

    /// <summary>Where to go from an image; what is not in it is not known.</summary>
    public IReadOnlyDictionary<ImageReference, ImageReference?> Successors { get; init; } = new Dictionary<ImageReference, ImageReference?>();

    /// <summary>When the dates were published, where they come from a catalogue.</summary>
    public DateTimeOffset? CatalogAsOf { get; init; }
}

/// <summary>Puts alerts into words: plain text, which channels escape.</summary>
public static class AlertWords
{
    /// <summary>A table says how many more there are.</summary>
    public const int MostRows = 2000;

    private const int MostListed = 200;

    private static readonly TimeSpan OldCatalog = TimeSpan.FromDays(7);

    /// <summary>What an alert says.</summary>
    public static Message Of(Alert alert, AlertContext context)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(context);
        var message = alert switch
        {
            EndingAlert a => Of(a, context),
            SummaryAlert a => Of(a, context),
            RemarksAlert a => Of(a, context),
            WaitingAlert a => Of(a, context),
            MergedAlert a => Of(a, context),
            RolloutAlert a => Of(a, context),
            FailureAlert a => Of(a, context),
            RebuildAlert a => Of(a, context),
            DigestAlert a => DigestWords.Of(a, context),
            _ => throw new ArgumentException($"there are no words for {alert.GetType().Name}", nameof(alert)),
        };
        return message with
        {
            Actions = context.Overview is { } page ? [.. message.Actions, new MessageLink("Open Basewatch", page)] : message.Actions,
            Properties = new SortedDictionary<string, string>(message.Properties.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) { ["owner"] = context.Owner },
        };
    }

    private static Message Of(EndingAlert alert, AlertContext context)
    {
        var life = alert.Subject.Life;
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["subject"] = alert.Subject.Subject,
            ["product"] = life.Key,
            ["of"] = life.Of.ToString().ToLowerInvariant(),
            ["reason"] = alert.Reason switch { EndingReason.NewPlaces => "newPlaces", EndingReason.Woke => "woke", _ => "threshold" },
        };
        Add("cycle", life.Cycle);
        Add("eol", life.Eol is { } eol ? Day(eol) : null);
        Add("daysLeft", alert.DaysLeft is { } days ? Text(days) : null);
        return new Message("", MessageKind.EndOfLife, alert.Severity, Title(alert), context.At)
        {
            Paragraphs = [.. Paragraphs(alert)],
            Facts = [.. Facts(alert, context)],
            Tables = [Places(alert, context)],
            Actions = [.. Snooze(alert.Subject.Subject, context), .. Links((life.Title, life.Url))],
            Properties = properties,
        };

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                properties[key] = value;
            }
        }
    }

    private static string Title(EndingAlert alert)
    {
        var title = alert.Subject.Life.Title;
        var end = alert.DaysLeft switch
        {
            null => "has reached its end of life",
            0 => "reaches its end of life today",
            1 => "reaches its end of life tomorrow",
            > 1 => $"reaches its end of life in {Text(alert.DaysLeft.Value)} days",
            -1 => "reached its end of life yesterday",
            _ => $"reached its end of life {Text(-alert.DaysLeft.Value)} days ago",
        };
        return alert.Reason == EndingReason.NewPlaces
            ? $"{title} {end}: {(alert.Uses.Count == 1 ? "1 more place uses it" : $"{Text(alert.Uses.Count)} more places use it")}"
            : $"{title} {end}";
    }

    private static IEnumerable<string> Paragraphs(EndingAlert alert)
    {
        var life = alert.Subject.Life;
        var isPast = alert.DaysLeft is null or < 0;
        var when = life.Eol is not { } eol ? "" : isPast ? $" since {Day(eol)}" : alert.DaysLeft == 0 ? " from today on" : $" from {Day(eol)} on";
        yield return life.Of switch
        {
            LifeOf.Distribution => $"{life.Title} is what these images are made of. Its packages {(isPast ? "have had" : "get")} no security fixes{when}.",
            LifeOf.Image => $"Whoever publishes {life.Title} says that it {(isPast ? "has had" : "gets")} no fixes{when}.",
            _ => $"{life.Title} {(isPast ? "has had" : "gets")} no security fixes{when}.",
        };
        if (alert.MovedFrom is { } before && life.Eol is { } now)
        {
            yield return $"Its end has moved: it was {Day(before)} when it was told last, and is {Day(now)} now.";
        }

        if (alert.Rested is { } rest)
        {
            yield return $"It was let rest on {Day(DateOnly.FromDateTime(rest.At.UtcDateTime))}{(rest.By is null ? "" : $" by {rest.By}")}{(rest.Until is { } until ? $" until {Day(until)}" : "")}{(rest.Reason is null ? "." : $": {rest.Reason}")}";
        }

        if (alert.IsEnded)
        {
            // Nobody has it any more where it is over as well.
            yield return life.ExtendedUntil is { } extended && life.Eol is { } ended && extended > ended.AddDays(-alert.DaysLeft ?? 0)
                ? $"Do not just rebuild: without extended support, which is mostly paid for and ends on {Day(extended)}, a new build has the same holes. Move to a maintained version."
                : "Do not just rebuild: a new build of what nobody fixes has the same holes. Move to a maintained version.";
        }

        if (alert.Reason == EndingReason.NewPlaces)
        {
            yield return "Listed is only what was not told before.";
        }
    }

    private static IEnumerable<MessageFact> Facts(EndingAlert alert, AlertContext context)
    {
        var life = alert.Subject.Life;
        yield return new("What ends first", life.Of switch { LifeOf.Product => $"{life.Title}, which the images ship", LifeOf.Distribution => $"{life.Title}, which the images are made of", _ => $"the image {life.Title}" });
        if (life.ActiveUntil is { } active)
        {
            yield return new("Active support until", Day(active));
        }

        yield return new("End of life", life.Eol is { } eol ? Day(eol) : "past, on a day that is not known");
        if (alert.DaysLeft is { } days)
        {
            yield return days >= 0 ? new("Days left", Text(days)) : new("Days since", Text(-days));
        }

        if (life.ExtendedUntil is { } extended)
        {
            yield return new("Extended support until", $"{Day(extended)}, mostly paid for");
        }

        if (life.IsLts)
        {
            yield return new("Long-term support", "yes");
        }

        var others = alert.Uses.SelectMany(u => u.Line.Lifecycle.Lives).Where(l => l.IsEndKnown && (l.Key, l.Cycle) != (life.Key, life.Cycle)).DistinctBy(l => (l.Key, l.Cycle, l.Eol)).OrderBy(l => l.Eol).Take(10).ToList();
        if (others.Count > 0)
        {
            yield return new("Ends as well", string.Join(", ", others.Select(l => l.Eol is { } end ? $"{l.Title} on {Day(end)}" : $"{l.Title}, ended")));
        }

        yield return new("Used by", $"{Number(alert.Uses.Select(u => u.Place.Repository).Distinct(StringComparer.OrdinalIgnoreCase).Count(), "repository", "repositories")}, {Number(alert.Uses.Count, "place")}");
        if (life.Evidence is { } evidence)
        {
            yield return new("Known by", evidence);
        }

        if (context.CatalogAsOf is { } asOf && context.At - asOf > OldCatalog)
        {
            yield return new("Dates are as of", $"{Day(DateOnly.FromDateTime(asOf.UtcDateTime))}: no newer ones could be had");
        }
    }

    private static MessageTable Places(EndingAlert alert, AlertContext context)
    {
        var isInherited = alert.Uses.Any(u => u.Line.Lifecycle.Inherited is not null);
        var hasSuccessor = alert.Uses.Any(u => context.Successors.ContainsKey(u.Line.Image));
        List<string> columns = ["Image", .. isInherited ? ["Built from"] : Array.Empty<string>(), .. hasSuccessor ? ["Move to"] : Array.Empty<string>(), "Repository", "File"];
        var rows = alert.Uses
            .OrderBy(u => u.Line.Image.Familiar, StringComparer.Ordinal).ThenBy(u => u.Place.Repository, StringComparer.OrdinalIgnoreCase).ThenBy(u => u.Place.Path, StringComparer.Ordinal).ThenBy(u => u.Place.Line)
            .Select(u => (IReadOnlyList<MessageCell>)[
                new(u.Line.Image.Familiar),
                .. isInherited ? [new(u.Line.Lifecycle.Inherited is { } from ? string.Join(" < ", from.Through.Prepend(from.Root).Select(i => i.Familiar)) : "")] : Array.Empty<MessageCell>(),
                .. hasSuccessor ? [new(MoveTo(u.Line, context))] : Array.Empty<MessageCell>(),
                new(u.Place.Repository),
                File(u.Place, context)]);
        return Table(alert.Reason == EndingReason.NewPlaces ? "New places" : "Where it is used", columns, rows, alert.Uses.Count, MostRows);
    }

    /// <summary>What only rests on something that ends is left where that is named.</summary>
    private static string MoveTo(ImageLine line, AlertContext context) =>
        line.Lifecycle.Inherited is { } inherited && ReferenceEquals(line.Lifecycle.First, inherited.Life) ? "goes with its base"
        : context.Successors.TryGetValue(line.Image, out var to) ? to?.Familiar ?? "none was found"
        : "";

    private static Message Of(SummaryAlert alert, AlertContext context)
    {
        var ended = alert.Endings.Count(e => e.IsEnded);
        var uses = alert.Endings.Sum(e => e.Uses.Count);
        var byRepository = alert.Endings.SelectMany(e => e.Uses.Select(u => (u.Place.Repository, e.Subject.Life.Title))).GroupBy(u => u.Repository, StringComparer.OrdinalIgnoreCase).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        return new Message("", MessageKind.EndOfLife, alert.Endings.Max(e => e.Severity), ended == alert.Endings.Count ? $"{Text(ended)} products are past their end of life" : $"{Text(alert.Endings.Count)} products are near or past their end of life", context.At)
        {
            Paragraphs =
            [
                $"{Number(uses, "place")} in {Number(byRepository.Count, "repository", "repositories")} depend on them. They are told together, since there are more than {Text(EndOfLifePlanner.MostCards)} to be told today; from now on each is told for itself when its time comes.",
                .. ended > 0 ? ["Do not just rebuild what has ended: a new build of what nobody fixes has the same holes. Move to a maintained version."] : Array.Empty<string>(),
            ],
            Tables =
            [
                Table("What ends", ["Product", "End of life", "Repositories", "Places"], alert.Endings.Select(e => (IReadOnlyList<MessageCell>)[
                    new(e.Subject.Life.Title, e.Subject.Life.Url),
                    new(e.Subject.Life.Eol is { } eol ? Day(eol) : "ended"),
                    new(Text(e.Uses.Select(u => u.Place.Repository).Distinct(StringComparer.OrdinalIgnoreCase).Count())),
                    new(Text(e.Uses.Count))]), alert.Endings.Count, MostRows),
                uses <= MostListed
                    ? Table("Where they are used", ["Product", "Image", "Repository", "File"], alert.Endings.SelectMany(e => e.Uses.Select(u => (IReadOnlyList<MessageCell>)[new(e.Subject.Life.Title), new(u.Line.Image.Familiar), new(u.Place.Repository), File(u.Place, context)])), uses, MostRows)
                    : Table("Who uses most of them", ["Repository", "Places", "Products"], byRepository.Select(g => (IReadOnlyList<MessageCell>)[
                        new(g.Key), new(Text(g.Count())), new(List([.. g.Select(u => u.Title).Distinct(StringComparer.Ordinal)], 5))]), byRepository.Count, MostListed),
            ],
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["reason"] = "summary", ["subjects"] = Text(alert.Endings.Count) },
        };
    }

    private static Message Of(RemarksAlert alert, AlertContext context)
    {
        var images = alert.Remarks.Select(r => r.Line.Image).Distinct().Count();
        var title = alert.Remarks is [var one] ? $"{one.Line.Image.Familiar}: {one.Sentence}" : $"{Number(images, "image")} in use {(images == 1 ? "needs" : "need")} a look";
        return new Message("", MessageKind.EndOfLife, Severity.Warning, title, context.At)
        {
            Paragraphs = ["Nobody may fix what is gone, deprecated or abandoned. This is told once, and stands in the weekly digest while it holds."],
            Tables = [Table("Images", ["Image", "What", "Used by"], alert.Remarks.Select(r => (IReadOnlyList<MessageCell>)[
                new(r.Line.Image.Familiar), new(r.Sentence), r.Line.Places is [var place] ? new($"{place.Repository}: {place.Path}:{Text(place.Line)}", context.PageOf(place)) : new(Users(r.Line))]), alert.Remarks.Count, MostRows)],
            Actions = alert.Remarks is [var single] ? [.. Snooze(single.Subject, context)] : [],
            Properties = alert.Remarks is [var remark]
                ? new Dictionary<string, string>(StringComparer.Ordinal) { ["reason"] = "remark", ["subject"] = remark.Subject, ["image"] = remark.Line.Image.Canonical }
                : new Dictionary<string, string>(StringComparer.Ordinal) { ["reason"] = "remark", ["subjects"] = Text(alert.Remarks.Count) },
        };
    }

    private static Message Of(WaitingAlert alert, AlertContext context) =>
        new("", MessageKind.Waiting, Severity.Warning, $"{Number(alert.PullRequests.Count, "pull request")} of Basewatch {(alert.PullRequests.Count == 1 ? "waits" : "wait")} for more than {Number(alert.Days, "day")}", context.At)
        {
            Paragraphs = ["Until they are merged, what they bring is missing. One that is not wanted can be closed: it does not come back."],
            Tables = [PullRequests("Pull requests", "Days", alert.PullRequests, p => Text((int)(alert.Now - p.OpenedAt).TotalDays))],
            Actions = alert.PullRequests is [{ Url: { } url }] ? [new("Pull request", url)] : [],
        };

    private static Message Of(MergedAlert alert, AlertContext context) =>
        new("", MessageKind.Merged, Severity.Good, alert.PullRequests is [var one] ? $"Basewatch merged {one.Repository}#{Text(one.Number)}" : $"Basewatch merged {Number(alert.PullRequests.Count, "pull request")}", context.At)
        {
            Tables = [PullRequests("Merged", "At", alert.PullRequests, p => p.EndedAt is { } at ? $"{at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC" : "")],
            Actions = alert.PullRequests is [{ Url: { } url }] ? [new("Pull request", url)] : [],
        };

    private static Message Of(RolloutAlert alert, AlertContext context)
    {
        var trouble = alert.Trouble;
        var place = trouble.Repository ?? context.Owner;
        return new Message("", trouble.HasFailed ? MessageKind.RolledBack : MessageKind.Waiting, trouble.HasFailed ? Severity.Attention : Severity.Warning, $"{place}: {trouble.What}", context.At)
        {
            Paragraphs = [trouble.Why],
            Facts = trouble.Repository is { } repository ? [new("Repository", repository)] : [],
            Properties = trouble.Repository is { } one ? new Dictionary<string, string>(StringComparer.Ordinal) { ["repository"] = one } : new Dictionary<string, string>(StringComparer.Ordinal),
        };
    }

    private static Message Of(FailureAlert alert, AlertContext context)
    {
        var title = (alert.Began.Count, alert.Ended.Count) switch
        {
            (1, _) => $"Basewatch can't do its work: {alert.Began[0].Key}",
            ( > 1, _) => $"Basewatch can't do its work in {Text(alert.Began.Count)} places",
            (_, 1) => $"Basewatch works again: {alert.Ended[0]}",
            _ => $"Basewatch works again in {Text(alert.Ended.Count)} places",
        };
        return new Message("", MessageKind.Failure, alert.Began.Count > 0 ? Severity.Attention : Severity.Good, title, context.At)
        {
            Paragraphs =
            [
                .. alert.Began.Any(t => !t.IsGivenUp) ? ["It has failed for more than a day. What depends on it is as old as that: no update is proposed, and no alert can be raised for what is not seen."] : Array.Empty<string>(),
                .. alert.Began.Any(t => t.IsGivenUp) ? ["What a channel did not take is kept. Once that is mended, “basewatch redeliver” lets it go out again."] : Array.Empty<string>(),
            ],
            Tables =
            [
                .. alert.Began.Count > 0 ? [Table("Fails", ["What", "Since", "Why"], alert.Began.Select(t => (IReadOnlyList<MessageCell>)[new(t.Key), new($"{t.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC"), new(Excerpt.Of(t.Message))]), alert.Began.Count, MostListed)] : Array.Empty<MessageTable>(),
                .. alert.Ended.Count > 0 ? [Table("Works again", ["What"], alert.Ended.Select(t => (IReadOnlyList<MessageCell>)[new(t)]), alert.Ended.Count, MostListed)] : Array.Empty<MessageTable>(),
            ],
        };
    }

    private static Message Of(RebuildAlert alert, AlertContext context)
    {
        var (failed, waiting) = (alert.Began.Where(t => !t.IsWaiting).ToList(), alert.Began.Where(t => t.IsWaiting).ToList());
        var title = failed switch
        {
            [var one] => $"{one.Image} {one.What}",
            { Count: > 1 } => $"{Text(failed.Count)} images of {context.Owner} are not built again as they should be",
            _ => waiting.Count > 0 ? $"{Number(waiting.Count, "image")} of {context.Owner} {(waiting.Count == 1 ? "waits" : "wait")} for an image that can't be built"
                : $"{Number(alert.Ended.Count, "image")} of {context.Owner} {(alert.Ended.Count == 1 ? "is" : "are")} built again as {(alert.Ended.Count == 1 ? "it" : "they")} should be",
        };
        return new Message("", MessageKind.Rebuild, failed.Count > 0 ? Severity.Attention : waiting.Count > 0 ? Severity.Warning : Severity.Good, title, context.At)
        {
            Paragraphs = alert.Began.Count > 0 ? ["No more builds of these are started until what they are built on moves again, or somebody has built them. What is built on them waits."] : [],
            Tables =
            [
                .. failed.Count > 0 ? [Table("Not built", ["Image", "Repository", "What", "Why"], failed.Select(t => (IReadOnlyList<MessageCell>)[new(t.Image, t.Url), new(t.Repository), new(t.What), new(Excerpt.Of(t.Why))]), failed.Count, MostRows)] : Array.Empty<MessageTable>(),
                .. waiting.Count > 0 ? [Table("Waiting for these", ["Image", "Repository", "Waits for"], waiting.Select(t => (IReadOnlyList<MessageCell>)[new(t.Image), new(t.Repository), new(Excerpt.Of(t.Why))]), waiting.Count, MostRows)] : Array.Empty<MessageTable>(),
                .. alert.Ended.Count > 0 ? [Table("As they should be again", ["Image"], alert.Ended.Select(k => (IReadOnlyList<MessageCell>)[new(k.Split(' ')[0])]), alert.Ended.Count, MostListed)] : Array.Empty<MessageTable>(),
            ],
            Actions = failed is [{ Url: { } url }] ? [.. Links(("Build", url))] : [],
            Properties = failed is [var single]
                ? new Dictionary<string, string>(StringComparer.Ordinal) { ["image"] = single.Image, ["repository"] = single.Repository }
                : new Dictionary<string, string>(StringComparer.Ordinal),
        };
    }

    /// <summary>A table of pull requests.</summary>
    internal static MessageTable PullRequests(string title, string column, IReadOnlyList<PullRequestLine> pullRequests, Func<PullRequestLine, string> value) =>
        Table(title, ["Repository", "Pull request", column], pullRequests.Select(p => (IReadOnlyList<MessageCell>)[new(p.Repository), new($"#{Text(p.Number)} {p.Title}", p.Url), new(value(p))]), pullRequests.Count, MostRows);

    /// <summary>A table that ends with how many more there are.</summary>
    internal static MessageTable Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<MessageCell>> rows, int count, int most)
    {
        var listed = rows.Take(most).ToList();
        if (count > listed.Count)
        {
            listed.Add([new($"and {Text(count - listed.Count)} more"), .. Enumerable.Repeat(new MessageCell(""), columns.Count - 1)]);
        }

        return new MessageTable(title, columns, listed);
    }

    /// <summary>Who uses an image, shortly.</summary>
    internal static string Users(ImageLine line) => List([.. line.Places.Select(p => p.Repository).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)], 5);

    /// <summary><c>1 place</c>, <c>1,000 places</c>.</summary>
    internal static string Number(int count, string one, string? many = null) => $"{Text(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>A number.</summary>
    internal static string Text(int number) => number.ToString(Math.Abs(number) < 10_000 ? "0" : "#,0", CultureInfo.InvariantCulture);

    /// <summary>A day.</summary>
    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string List(IReadOnlyList<string> names, int most) =>
        names.Count <= most ? string.Join(", ", names) : $"{string.Join(", ", names.Take(most))} and {Text(names.Count - most)} more";

    private static MessageCell File(AlertPlace place, AlertContext context) => new($"{place.Path}:{Text(place.Line)}", context.PageOf(place));

    /// <summary>Our own page, which is at http on this machine alone.</summary>
    private static IEnumerable<MessageLink> Snooze(string subject, AlertContext context) => context.SnoozeOf(subject) is { } url ? [new("Let it rest", url)] : [];

    private static IEnumerable<MessageLink> Links(params (string Title, string? Url)[] links) =>
        links.Where(l => l.Url?.StartsWith("https://", StringComparison.Ordinal) == true).Select(l => new MessageLink(l.Title, l.Url!));
}
