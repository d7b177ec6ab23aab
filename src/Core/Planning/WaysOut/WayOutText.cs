using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning.PullRequests;

namespace Basewatch.Core.Planning.WaysOut;

/// <summary>What is told of ways out, in Markdown: for issues, and for the bodies of pull requests.</summary>
public static class WayOutText
{
    private const int MostWays = 20;

    private const int MostPlaces = 30;

    /// <summary>The sentences below the warning of an image that stays: where to go, and by which link.</summary>
    /// <param name="way">The way out.</param>
    /// <param name="link">Number of the issue or pull request about it, as <c>#12</c>; null where there is none.</param>
    public static string Pointer(WayOut way, string? link)
    {
        ArgumentNullException.ThrowIfNull(way);
        var goal = way.Next is { } next ? $"The way out is {Code((next with { Digest = null }).Familiar)}" : $"There is no way out that Basewatch could take: {Plain(way.Successor.Reason)}";
        return $"**Do not just rebuild:** a newer digest does not change that. {goal}{(link is null ? "" : $" ({link})")}.";
    }

    /// <summary>The title of an issue.</summary>
    /// <param name="plan">What it is about.</param>
    /// <param name="today">The day, in UTC.</param>
    public static string TitleOf(WayOutPlan plan, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var images = plan.Ways.Select(w => w.Image.Name.Familiar).Distinct(StringComparer.Ordinal).ToList();
        return $"{Excerpt.Of(plan.Life.Title)} {End(plan.Life, today)}{(images is [var only] && only != plan.Life.Title ? $": {Excerpt.Of(only)}" : "")}";
    }

    /// <summary>What an issue says above its marker.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="contents">What is known of the images.</param>
    /// <param name="lifeOf">How long images live.</param>
    /// <param name="linkOf">The pull request that takes a way, as <c>#12</c>; null where there is none.</param>
    /// <param name="today">The day, in UTC.</param>
    /// <param name="room">The most characters.</param>
    public static string Body(WayOutPlan plan, IReadOnlyDictionary<ImageStep, ImageStepContent> contents, Func<ImageReference, ImageLifecycle?> lifeOf, Func<WayOut, string?> linkOf, DateOnly today, int room)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(linkOf);
        const string Closing = "---\nBasewatch keeps the text above up to date, and closes this issue when nothing here depends on it any more. Close it, and it stays closed. What is written below stays.\n";
        var body = new BoundedText(room - Closing.Length - 2);
        body.Add($"> [!WARNING]\n> {Plain(plan.Life.Title)} {End(plan.Life, today)}: from then on it gets no security fixes.{(plan.Life.ExtendedUntil is { } extended ? $" Extended support, where you have it, {(extended <= today ? "ended" : "ends")} on {Day(extended)}." : "")} A rebuild, or a newer digest, does not change that.");
        foreach (var way in plan.Ways.Take(MostWays))
        {
            List<string> places = [.. way.Uses.Select(u => $"- {Code($"{u.Path}:{u.Line}")}").Distinct(StringComparer.Ordinal)];
            body.Add($"**{Code(way.Image.Familiar)}** stands in\n", [.. places.Take(MostPlaces), .. places.Count > MostPlaces ? [$"- and {places.Count - MostPlaces} more"] : Array.Empty<string>()]);
            foreach (var (head, items) in Blocks(way, way.Uses.Select(u => contents.GetValueOrDefault(new ImageStep(u.Reference!, way.Next ?? u.Reference!))).FirstOrDefault(c => c is not null), lifeOf, linkOf(way)))
            {
                body.Add(head, items);
            }
        }

        if (plan.Ways.Count > MostWays)
        {
            body.Add($"and {plan.Ways.Count - MostWays} more images.");
        }

        return $"{body}\n\n{Closing}";
    }

    /// <summary>The blocks of one way: heads, and their lists.</summary>
    internal static IEnumerable<(string Head, IReadOnlyList<string> Items)> Blocks(WayOut way, ImageStepContent? content, Func<ImageReference, ImageLifecycle?> lifeOf, string? link)
    {
        if (way.Successor.Steps.Count > 0)
        {
            List<string> steps = [];
            foreach (var (step, index) in way.Successor.Steps.Select((s, i) => (s, i)))
            {
                var reference = index == 0 && way.Next is { } pinned ? pinned : step.Image;
                steps.Add($"{index + 1}. {(reference is null ? $"{Plain(step.Version)}, of which the registry holds no image of this flavour" : Code(reference.Familiar))}{(index == 0 && link is not null ? $" ({link})" : "")}");
            }

            yield return ($"**{(steps.Count == 1 ? "The way out" : "The way out, step by step")}:** {Plain(way.Successor.Reason)}\n", steps);
        }
        else
        {
            yield return ($"**The way out:** {Plain(way.Successor.Reason)}", []);
        }

        if (way.HeldBack is { } held)
        {
            yield return ($"**No pull request takes it:** {Plain(held)}", []);
        }

        if (way.Deprecated is { Choices.Count: > 0 } deprecated)
        {
            yield return ("**To choose from**\n", [.. deprecated.Choices.Select(c => $"- {Plain(c)}")]);
        }

        if (way.Next is { } next)
        {
            var breaks = WhatBreaks.Of(way.Image, next, content, lifeOf);
            if (breaks.Facts.Count > 0)
            {
                yield return ("**What will likely break**\n", [.. breaks.Facts.Select(f => $"- {f}")]);
            }

            yield return ("**Not known**\n", [.. breaks.Unknowns.Select(u => $"- {u}")]);
        }

        List<string> links =
        [
            .. way.Successor.Path is { } path ? [$"- [How {Plain(way.Life.Label)} is upgraded]({path.Source}){(path.Note is null ? "" : $": {path.Note}")}"] : Array.Empty<string>(),
            .. Link(way.Deprecated?.Source) is { } source ? [$"- [What its publishers say]({source})"] : Array.Empty<string>(),
            .. Link(way.Life.Url) is { } page && page != way.Deprecated?.Source ? [$"- [Releases and dates of {Plain(way.Life.Label)}]({page})"] : Array.Empty<string>(),
            .. content?.Links is { } links2 && (links2.Releases ?? links2.Repository) is { } releases ? [$"- [Its sources and release notes]({releases})"] : Array.Empty<string>(),
        ];
        if (links.Count > 0)
        {
            yield return ("**To read**\n", links);
        }
    }

    /// <summary>An address that can stand in a link; null for any other.</summary>
    private static string? Link(string? address) =>
        address is { Length: <= 300 } && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && address.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '/' or '.' or '-' or '_' or '#' or '~' or '%')
            ? address
            : null;

    private static string End(Life life, DateOnly today) =>
        life.Eol is not { } eol ? "is past its end of life" : eol <= today ? $"has been past its end of life since {Day(eol)}" : $"reaches its end of life on {Day(eol)}";

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Code(string text) => Markdown.Code(Excerpt.Of(text));

    private static string Plain(string text) => Markdown.Text(text.Length <= 500 ? text : text[..500] + "…");
}
