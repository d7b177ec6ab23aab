using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>What a platform team wants on its wall.</summary>
internal static class OverviewPage
{
    private const int Few = 8;

    public static Html Render(PageContext context)
    {
        var overview = context.Overview;
        var totals = overview.Totals;
        var open = overview.PullRequests.Where(p => p.Is.IsOpen).ToList();
        // What was put off until a host has room again has not failed.
        var failed = overview.Failures.Where(f => f.Times > 0).ToList();
        return PageFrame.Page(context, PageNames.Overview, "Overview", Html.Of($"""
            <h1 class="hidden">Overview</h1>
            <section class="tiles" aria-label="Numbers">
            {Tile(PageNames.Repositories, PageQuery.None, Words.Number(overview.Repositories.Count), "repositories", totals.Pending == 0 ? "none waits" : $"{Words.Number(totals.Pending)} waiting")}
            {Tile(PageNames.Images, PageQuery.None, Words.Number(overview.Images.Count), "images", totals.Unreachable == 0 ? "all registries answer" : $"{Words.Number(totals.Unreachable)} without an answer", totals.Unreachable == 0 ? "" : "warn")}
            {Tile(PageNames.Repositories, PageQuery.None with { Sort = "uses", IsDescending = true }, Words.Number(totals.Uses), "uses", $"{Words.Number(totals.Excluded)} not looked after")}
            {Tile(PageNames.Repositories, PageQuery.None.With("state", "behind") with { Sort = "behind", IsDescending = true }, totals.ShareCurrent is { } share ? Words.Percent(share) : "–", "up to date", $"{Words.Number(totals.Behind)} behind{(totals.Undecided == 0 ? "" : $", {Words.Number(totals.Undecided)} unknown")}", "", Tables.Meter(totals.Current, totals.Behind, totals.Undecided))}
            {Tile(PageNames.PullRequests, PageQuery.None.With("state", "open"), Words.Number(open.Count), "open pull requests", open.Count == 0 ? "none waits" : $"the oldest for {Words.Span(overview.At - open.Min(p => p.Is.OpenedAt ?? p.Is.At))}")}
            {Tile(PageNames.Lifecycles, PageQuery.None.With("life", "ended") with { Sort = "uses", IsDescending = true }, Words.Number(totals.Ended), "past end of life", $"{Words.Number(totals.Ending)} more within 180 days", totals.Ended > 0 ? "bad" : "good")}
            {Tile(PageNames.Failures, PageQuery.None, Words.Number(failed.Count), failed.Count == 1 ? "failure" : "failures", failed.Count == 0 ? "all is done" : $"the newest {Words.Span(overview.At - failed[0].At)} ago", failed.Count > 0 ? "bad" : "good")}
            </section>
            <div class="grid">
            <section class="card two" aria-labelledby="ends"><h2 id="ends">Ends of life</h2>{TimelineChart.Render(overview)}</section>
            <div class="stack">
            <section class="card" aria-labelledby="pulls"><h2 id="pulls">Open pull requests</h2>{AgesOf(open, overview)}</section>
            <section class="card" aria-labelledby="loops"><h2 id="loops">Loops</h2>{Loops(overview)}</section>
            </div>
            <section class="card" aria-labelledby="past"><h2 id="past">Most used past their end</h2>{Past(overview)}</section>
            <section class="card" aria-labelledby="failed"><h2 id="failed">Failures</h2>{Failures(overview)}</section>
            <section class="card" aria-labelledby="last"><h2 id="last">What happened</h2>{Last(overview)}</section>
            </div>
            """), isWatched: true);
    }

    private static Html Tile(string page, PageQuery query, string number, string what, string more, string mood = "", Html? picture = null) => Html.Of(
        $"<a class=\"tile {mood}\" href=\"{Link.To(page, query)}\"><strong>{number}</strong> <span>{what}</span>{picture} <small>{more}</small></a>\n");

    private static Html AgesOf(List<PullRequestRow> open, Overview overview)
    {
        if (open.Count == 0)
        {
            return Html.Of($"<p class=\"empty\">None is open.</p>");
        }

        var counts = open.CountBy(p => Tables.AgeOf(p, overview), StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var most = counts.Values.Max();
        return Html.Of($"""
            <table class="bars"><caption class="hidden">Open pull requests by age</caption><tbody>{Tables.Ages.Select(a => (a.Key, a.Title, Count: counts.GetValueOrDefault(a.Key))).Select(a => Html.Of($"""
                <tr><th scope="row">{Link.To(PageNames.PullRequests, PageQuery.None.With("state", "open").With("age", a.Key), a.Title)}</th><td class="num">{Words.Number(a.Count)}</td><td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="age {a.Key}" width="{100.0 * a.Count / most}" height="8"/></svg></td></tr>
                """))}</tbody></table>
            """);
    }

    private static Html Loops(Overview overview)
    {
        if (overview.Runs.Count == 0)
        {
            return Html.Of($"<p class=\"empty\">None has run yet.</p>");
        }

        return Html.Of($"""
            <table class="plain"><caption class="hidden">The last run of each loop</caption><tbody>{overview.Runs.Select(r => Html.Of($"""
                <tr><th scope="row">{Tables.Loop(r.Loop)}</th><td>{Words.Ago(r.EndedAt, overview)}<span class="sub took">{Took(r)}</span></td><td>{(r.Problem is null ? Words.Badge("maintained", "done") : Html.Of($"{Words.Badge("ended", "failed")} <span class=\"sub block\">{r.Problem}</span>"))}</td></tr>
                """))}
                <tr><th scope="row">Lifecycle catalogue</th><td>{Words.Ago(overview.CatalogAsOf, overview)}</td><td>{(overview.CatalogAsOf is null ? Words.Badge("ended", "missing") : overview.At - overview.CatalogAsOf > TimeSpan.FromDays(7) ? Words.Badge("ending", "old") : Words.Badge("maintained", "fresh"))}</td></tr>
                </tbody></table>
            """);
    }

    private static string Took(RunRecord run) => (run.EndedAt - run.StartedAt) is { TotalSeconds: < 60 } span
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):0.0} s")
        : Words.Span(run.EndedAt - run.StartedAt);

    private static Html Past(Overview overview)
    {
        var past = overview.Images.Where(i => i.Next.Status == LifecycleStatus.Ended).OrderByDescending(i => i.Repositories).ThenBy(i => i.Name, StringComparer.Ordinal).Take(Few).ToList();
        return past.Count == 0
            ? Html.Of($"<p class=\"empty\">No image in use is past its end of life, as far as is known.</p>")
            : Html.Of($"""
                <table class="plain"><thead><tr><th scope="col">Image</th><th scope="col" class="num">Used by</th><th scope="col">Ended</th></tr></thead><tbody>{past.Select(i => Html.Of($"""
                    <tr><th scope="row">{Link.Image(i.Name, i.Familiar)}</th><td class="num">{Words.Number(i.Repositories)}</td><td><span class="sub">{i.Next.Title}{(i.Next.Ends is { } ends ? $", {Words.Until(ends, overview.Today)}" : "")}</span></td></tr>
                    """))}</tbody></table>
                <p class="more">{Link.To(PageNames.Images, PageQuery.None.With("life", "ended") with { Sort = "repositories", IsDescending = true }, "All past their end")}</p>
                """);
    }

    private static Html Failures(Overview overview) => overview.Failures.Count == 0
        ? Html.Of($"<p class=\"empty\">Nothing has failed that was not done since.</p>")
        : Html.Of($"""
            <ul class="list">{overview.Failures.Take(Few / 2).Select(f => Html.Of($"<li>{(f.Repository is not null ? Link.Repository(f.Repository) : f.Image is not null ? Link.Image(f.Image, f.Image) : Html.Of($"{Tables.Loop(f.Work)}"))} <span class=\"sub\">{Words.Ago(f.At, overview)}{(f.Times > 1 ? $", {Words.Number(f.Times)} times" : "")}</span><span class=\"sub block\">{f.Message}</span></li>"))}</ul>
            <p class="more">{Link.To(PageNames.Failures, PageQuery.None, "All failures")}</p>
            """);

    private static Html Last(Overview overview) => overview.Activity.Count == 0
        ? Html.Of($"<p class=\"empty\">Nothing yet.</p>")
        : Html.Of($"""
            <ul class="list">{overview.Activity.Take(Few).Select(a => Html.Of($"<li>{Tables.Kind(a.Kind)} {(a.Number is { } number ? Html.Of($"{Link.Elsewhere(a.Url, $"#{number}")} ") : null)}{a.Text} <span class=\"sub\">{(a.Repository is null ? null : Html.Of($"{Link.Repository(a.Repository)}, "))}{Words.Ago(a.At, overview)}</span></li>"))}</ul>
            <p class="more">{Link.To(PageNames.Activity, PageQuery.None, "All activity")}</p>
            """);
}
