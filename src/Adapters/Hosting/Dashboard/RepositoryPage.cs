using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>One repository: what it uses, what should be, and what is done about it.</summary>
internal static class RepositoryPage
{
    /// <summary>The page; null where the repository is not known.</summary>
    public static async Task<Html?> RenderAsync(PageContext context, Memory memory, CancellationToken cancellationToken)
    {
        if (!RepositoryName.TryParse(context.Query["name"], out var name)
            || await memory.Repositories.GetAsync(Memory.RepositoryKey(name), cancellationToken) is not { } record)
        {
            return null;
        }

        var overview = context.Overview;
        var inventory = await memory.Inventories.GetAsync(Memory.InventoryKey(name), cancellationToken);
        var outlooks = (await memory.Outlooks.GetAsync(Memory.OutlookKey(name), cancellationToken))?.Uses.ToLookup(u => (u.Path, u.Line, u.Column));
        var pullRequests = await memory.ListPullRequestsAsync(name, cancellationToken).Select(p => new PullRequestRow(record.Repository, PullRequestSummary.Of(p))).ToListAsync(cancellationToken);
        var refusals = await memory.ListRefusalsAsync(name, cancellationToken).ToListAsync(cancellationToken);
        var failures = overview.Failures.Where(f => string.Equals(f.Repository, record.Repository, StringComparison.OrdinalIgnoreCase)).ToList();
        var uses = (inventory?.Files ?? [])
            .SelectMany(f => f.Uses.Select(u => new UseRow(f.Path, u, outlooks?[(f.Path, u.Line, u.Column)].FirstOrDefault(), LifeOf(u, overview))))
            .OrderBy(u => u.Path, StringComparer.Ordinal).ThenBy(u => u.Use.Line).ThenBy(u => u.Use.Column)
            .ToList();
        var row = overview.Repositories.FirstOrDefault(r => r.Name == record.Repository);
        return PageFrame.Page(context, PageNames.Repositories, record.Repository, Html.Of($"""
            <h1>{(context.Web is null ? Html.Of($"{record.Repository}") : Link.Elsewhere(new Uri(context.Web, record.Repository).AbsoluteUri, record.Repository))}</h1>
            <dl class="facts">
            <div><dt>Up to date</dt><dd>{(row is null ? Words.OrNone(null) : Tables.Share(row))}</dd></div>
            <div><dt>First to end</dt><dd>{(row is null ? Words.OrNone(null) : Words.Next(row.Next, overview.Today))}</dd></div>
            <div><dt>Uses</dt><dd>{Words.Number(record.Uses)}</dd></div>
            <div><dt>Branch</dt><dd>{record.Branch} <code>{record.Commit[..Math.Min(7, record.Commit.Length)]}</code></dd></div>
            <div><dt>Read</dt><dd>{Words.Ago(record.At, overview)}</dd></div>
            <div><dt>Judged</dt><dd>{Words.Ago(row?.ReconciledAt, overview)}</dd></div>
            </dl>
            {Section("Failures", failures.Count, () => Tables.Failures.Rows(failures, null, overview, "Failures", "what"))}
            {Section("Files that could not be read", record.Problems.Count, () => Html.Of($"<ul class=\"list\">{record.Problems.Select(p => Html.Of($"<li>{context.File(record.Repository, record.Commit, p.Path, p.Line)} <span class=\"sub block\">{p.Message}</span></li>"))}</ul>"))}
            {Section("Pull requests", pullRequests.Count, () => Tables.PullRequests.Rows(pullRequests.OrderByDescending(p => p.Is.IsOpen).ThenByDescending(p => p.Is.At).Take(DataTable<PullRequestRow>.PageSize), null, overview, "Pull requests", "repository"))}
            {Section("Not wanted", refusals.Count, () => Html.Of($"<ul class=\"list\">{refusals.Select(r => Html.Of($"<li>{r.Title} <span class=\"sub\">{Scope(r.Scope)}, said in #{r.Number}{(r.By is null ? "" : $" by {r.By}")}, {Words.Ago(r.At, overview)}</span></li>"))}</ul>"))}
            <section class="card"><h2>What it uses</h2>{Uses(context, record).Render(uses, context.Query, overview, "Uses")}</section>
            {Badge(context, name, record.Repository)}
            """));
    }

    /// <summary>What a README says to show the badge.</summary>
    private static Html Badge(PageContext context, RepositoryName name, string written) => context.BadgeOf(name) is not { } address
        ? Html.Empty
        : Html.Of($"<section class=\"card\"><h2>Badge</h2><p>For the README: <code>{$"[![images]({address})]({address[..address.IndexOf(Pages.BadgePath, StringComparison.Ordinal)]}/repository?name={written})"}</code></p></section>");

    private static Html Section(string title, int count, Func<Html> content) => count == 0 ? Html.Empty : Html.Of($"<section class=\"card\"><h2>{title}</h2>{content()}</section>");

    private static string Scope(RefusalScope scope) => scope switch
    {
        RefusalScope.Minor => "none of its minor version",
        RefusalScope.Major => "none of its major version",
        RefusalScope.Image => "nothing of the image",
        _ => "this version",
    };

    private static ImageLifecycle? LifeOf(InventoryUse use, Overview overview) =>
        (use.Skip is null || use.IsKnown) && ImageReference.TryParse(use.Text, out var image) ? overview.Lives.GetValueOrDefault(new ImageReference(image.Name, image.FollowedTag, image.FollowedTag is null ? image.Digest : null).Canonical) : null;

    private static DataTable<UseRow> Uses(PageContext context, RepositoryRecord record) => new(
        PageNames.Repository,
        [
            new("place", "Place", (u, _) => Html.Of($"{context.File(record.Repository, record.Commit, u.Path, u.Use.Line)} <span class=\"sub wide\">{u.Use.Format}</span>")) { Order = (a, b) => string.CompareOrdinal(a.Path, b.Path) },
            new("image", "Names", (u, _) => Html.Of($"<code>{Short(u)}</code>{(u.Use.Skip is null ? null : Html.Of($"<span class=\"sub block\">{u.Use.Skip}</span>"))}")) { Order = (a, b) => string.CompareOrdinal(a.Use.Text, b.Use.Text) },
            new("next", "Should name", (u, _) => u.Outlook is null ? Words.OrNone(null)
                : Html.Of($"{(u.Outlook.Next is { } next ? Html.Of($"{Words.Badge(u.Outlook.Kind is "major" or "gone" ? "ending" : "open", u.Outlook.Kind ?? "update")} <code>{Shorten(next)}</code>") : u.Outlook.Kind is { } kind ? Words.Badge("ending", kind) : Words.Badge("maintained", "up to date"))}<span class=\"sub block\">{u.Outlook.Reason}</span>")),
            new("life", "Lifecycle", (u, o) => u.Life is null ? Words.OrNone(null) : Words.Next(new NextEnd(u.Life.Status, u.Life.First?.Title, u.Life.Ends), o.Today)) { Order = (a, b) => (a.Life?.Ends ?? DateOnly.MaxValue).CompareTo(b.Life?.Ends ?? DateOnly.MaxValue), Class = "wide" },
        ],
        u => $"{u.Path} {u.Use.Text} {u.Use.Format} {u.Outlook?.Next}",
        (a, b) => string.CompareOrdinal(a.Path, b.Path) is var path and not 0 ? path : a.Use.Line.CompareTo(b.Use.Line) is var line and not 0 ? line : a.Use.Column.CompareTo(b.Use.Column))
    {
        Noun = ("use", "uses"),
        Empty = "It names no image.",
        Filters =
        [
            new("state", "State", [("behind", "behind"), ("current", "up to date"), ("excluded", "not looked after")], (u, v, _) => v switch { "behind" => u.Outlook?.Kind is not (null or "pin" or "undecided"), "current" => u.Outlook is not null && u.Outlook.Kind is null or "pin", _ => u.Outlook is null }),
        ],
    };

    private static Html Short(UseRow row) =>
        ImageReference.TryParse(row.Use.Text, out var image) && (row.Use.Skip is null || row.Use.IsKnown) ? Link.Image(image.Name.Canonical, Shorten(row.Use.Text)) : Html.Of($"{row.Use.Text}");

    /// <summary>Digests are long, and their beginning tells them apart.</summary>
    internal static string Shorten(string reference)
    {
        const int Shown = 12;
        var at = reference.IndexOf("@sha256:", StringComparison.Ordinal);
        return at >= 0 && reference.Length > at + 8 + Shown ? reference[..(at + 8 + Shown)] + "…" : reference;
    }

    private sealed record UseRow(string Path, InventoryUse Use, UseOutlook? Outlook, ImageLifecycle? Life);
}
