using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>One image: who uses it, and what its registry says.</summary>
internal static class ImagePage
{
    /// <summary>The page; null where nobody uses the image.</summary>
    public static async Task<Html?> RenderAsync(PageContext context, Memory memory, CancellationToken cancellationToken)
    {
        if (!ImageName.TryParse(context.Query["name"], out var image, out _)
            || await memory.Images.GetAsync(Memory.ImageKey(image), cancellationToken) is not { } record)
        {
            return null;
        }

        var overview = context.Overview;
        var facts = await memory.Facts.GetAsync(Memory.FactsKey(image), cancellationToken);
        var places = await memory.ListUsersAsync(image, cancellationToken).SelectMany(u => u.Places.Select(p => new PlaceRow(u.Repository, p)).ToAsyncEnumerable()).ToListAsync(cancellationToken);
        var tags = places
            .GroupBy(p => p.Is.Tag, StringComparer.Ordinal)
            .Select(g => new TagRow(
                g.Key,
                g.Count(),
                g.Select(p => p.Repository).Distinct(StringComparer.OrdinalIgnoreCase).Count(),
                g.Key is not null && facts?.Digests.TryGetValue(g.Key, out var digest) == true ? digest ?? "gone" : null,
                g.Key is null ? null : facts?.DigestProblems.GetValueOrDefault(g.Key),
                g.Key is null ? null : overview.Lives.GetValueOrDefault(new ImageReference(image, g.Key).Canonical)))
            .OrderByDescending(t => t.Uses).ThenBy(t => t.Tag, StringComparer.Ordinal)
            .ToList();
        var byTag = tags.ToDictionary(t => t.Tag ?? "", StringComparer.Ordinal);
        return PageFrame.Page(context, PageNames.Images, image.Familiar, Html.Of($"""
            <h1>{image.Familiar}</h1>
            <dl class="facts">
            <div><dt>Repositories</dt><dd>{Words.Number(places.Select(p => p.Repository).Distinct(StringComparer.OrdinalIgnoreCase).Count())}</dd></div>
            <div><dt>Uses</dt><dd>{Words.Number(places.Count)}</dd></div>
            <div><dt>Registry</dt><dd><code>{image.Registry}</code></dd></div>
            <div><dt>Tags there</dt><dd>{(facts?.Tags is { } all ? Tables.Number(all.Count) : Words.OrNone(null))}</dd></div>
            <div><dt>Answered</dt><dd>{Words.Ago(record.At, overview)}</dd></div>
            {(facts?.Source is null ? null : Html.Of($"<div><dt>Mirror of</dt><dd><code>{facts.Source}</code></dd></div>"))}
            </dl>
            {(record.Problem is null ? null : Html.Of($"<p class=\"notice\" role=\"note\"><strong>No answer.</strong> {record.Problem} <span class=\"sub\">{Words.Ago(record.ProblemAt, overview)}</span></p>"))}
            {(overview.Images.FirstOrDefault(i => i.Name == image.Canonical)?.Remarks is { Count: > 0 } remarks ? Html.Of($"<section class=\"card\"><h2>To be known</h2><ul class=\"list\">{remarks.Select(r => Html.Of($"<li>{r}</li>"))}</ul></section>") : null)}
            <section class="card"><h2>Tags in use</h2>{TagTable.Rows(tags.Take(DataTable<TagRow>.PageSize), null, overview, "Tags in use")}{(tags.Count > DataTable<TagRow>.PageSize ? Html.Of($"<p class=\"more\">The {DataTable<TagRow>.PageSize} most used of {Words.Number(tags.Count)}.</p>") : null)}</section>
            <section class="card"><h2>Who uses it</h2>{Places(tags).Render(places, context.Query, overview, "Who uses it")}</section>
            """));

        DataTable<PlaceRow> Places(List<TagRow> known) => new(
            PageNames.Image,
            [
                new("repository", "Repository", (p, _) => Link.Repository(p.Repository)) { Order = (a, b) => string.Compare(a.Repository, b.Repository, StringComparison.OrdinalIgnoreCase) },
                new("place", "Place", (p, _) => context.File(p.Repository, "HEAD", p.Is.Path, p.Is.Line)) { Order = (a, b) => string.CompareOrdinal(a.Is.Path, b.Is.Path) },
                new("tag", "Tag", (p, _) => Html.Of($"<code>{p.Is.Tag ?? "digest alone"}</code>")) { Order = (a, b) => string.CompareOrdinal(a.Is.Tag, b.Is.Tag) },
                new("life", "Lifecycle", (p, o) => LifeOf(byTag[p.Is.Tag ?? ""], o)) { Order = (a, b) => End(a).CompareTo(End(b)), Class = "wide" },
            ],
            p => $"{p.Repository} {p.Is.Path} {p.Is.Tag}",
            (a, b) => string.CompareOrdinal(a.Repository, b.Repository) is var repository and not 0 ? repository : string.CompareOrdinal(a.Is.Path, b.Is.Path) is var path and not 0 ? path : a.Is.Line.CompareTo(b.Is.Line) is var line and not 0 ? line : string.CompareOrdinal(a.Is.Tag, b.Is.Tag))
        {
            Noun = ("use", "uses"),
            Filters = [new("tag", "Tag", [.. known.Take(DataTable<TagRow>.PageSize).Select(t => (t.Tag ?? "@", t.Tag ?? "digest alone"))], (p, v, _) => (p.Is.Tag ?? "@") == v)],
        };

        DateOnly End(PlaceRow place) => byTag[place.Is.Tag ?? ""].Life?.Ends ?? DateOnly.MaxValue;
    }

    private static DataTable<TagRow> TagTable { get; } = new(
        PageNames.Image,
        [
            new("tag", "Tag", (t, _) => Html.Of($"<code>{t.Tag ?? "digest alone"}</code>")),
            new("uses", "Uses", (t, _) => Tables.Number(t.Uses)) { Class = "num" },
            new("repositories", "Repositories", (t, _) => Tables.Number(t.Repositories)) { Class = "num" },
            new("digest", "Digest now", (t, _) => t.Problem is not null ? Html.Of($"{Words.Badge("ended", "no answer")} <span class=\"sub\">{t.Problem}</span>")
                : t.Digest == "gone" ? Words.Badge("ended", "gone")
                : t.Digest is null ? Words.OrNone(null) : Html.Of($"<code>{RepositoryPage.Shorten("@" + t.Digest)[1..]}</code>")) { Class = "wide" },
            new("life", "Lifecycle", LifeOf),
        ],
        t => t.Tag ?? "",
        (a, b) => string.CompareOrdinal(a.Tag, b.Tag));

    private static Html LifeOf(TagRow row, Overview overview) => row.Life is null
        ? Html.Of($"<span class=\"none\">unknown</span>")
        : Html.Of($"{Words.Next(new NextEnd(row.Life.Status, row.Life.First?.Title, row.Life.Ends), overview.Today)}{(row.Life.First?.Evidence is { } evidence ? Html.Of($"<span class=\"sub block\">by {evidence}</span>") : null)}");

    private sealed record PlaceRow(string Repository, ImagePlace Is);

    private sealed record TagRow(string? Tag, int Uses, int Repositories, string? Digest, string? Problem, ImageLifecycle? Life);
}
