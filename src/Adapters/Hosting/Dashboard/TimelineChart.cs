using System.Globalization;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>
/// Ends of life by product cycle and month, twelve back and twelve ahead. It is a table whose last column is drawn: what the drawing shows stands
/// beside it in words, so that it needs neither eyes nor script.
/// </summary>
internal static class TimelineChart
{
    private const int Around = 12;

    private const int Months = (2 * Around) + 1;

    private const int MostRows = 14;

    /// <summary>The chart.</summary>
    public static Html Render(Overview overview)
    {
        var today = overview.Today;
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(-Around);
        var end = first.AddMonths(Months);
        var all = overview.Cycles.Where(c => c.Life.IsEnded || c.Life.Eol < end).ToList();
        if (all.Count == 0)
        {
            return Html.Of($"<p class=\"empty\">Nothing in use ends within a year, as far as is known.</p>");
        }

        // What matters to most, in the order of time.
        var shown = all.OrderByDescending(c => c.Uses).Take(MostRows).OrderBy(c => c.Life.Eol ?? DateOnly.MinValue).ThenBy(c => c.Life.Title, StringComparer.Ordinal).ToList();
        var now = X(today, first);
        return Html.Of($"""
            <div class="scroll" role="region" aria-label="Ends of life by month" tabindex="0">
            <table class="timeline" role="table">
            <caption class="hidden">Product cycles in use and when they end, from {Month(first)} to {Month(end.AddDays(-1))}</caption>
            <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Product</th><th role="columnheader" scope="col" class="num">Uses</th><th role="columnheader" scope="col">Ends</th>
            <th role="columnheader" scope="col" class="lane"><span class="hidden">Uses that reach an end, by month</span>{Histogram(all, first, now)}<span class="months" aria-hidden="true">{Enumerable.Range(0, Months).Select(m => first.AddMonths(m)).Select(m => Html.Of($"<span>{(m.Month % 3 == 1 ? m.ToString(m.Month == 1 ? "MMM yy" : "MMM", CultureInfo.InvariantCulture) : "")}</span>"))}</span></th></tr></thead>
            <tbody role="rowgroup">{shown.Select(c => Row(c, first, now, today))}</tbody>
            </table></div>
            <p class="more">{(all.Count > shown.Count ? $"The {shown.Count} most used of {Words.Number(all.Count)} that end by then. " : "")}{Link.To(PageNames.Lifecycles, PageQuery.None, "All lifecycles")}</p>
            """);
    }

    private static Html Row(CycleRow cycle, DateOnly first, double now, DateOnly today)
    {
        var state = Words.State(cycle.Status);
        var at = cycle.Life.Eol is { } eol ? Math.Max(0, X(eol, first)) : 0;
        var (from, to) = cycle.Status == LifecycleStatus.Ended ? (at, now) : (now, at);
        var isBefore = cycle.Life.Eol is null || cycle.Life.Eol < first;
        var when = cycle.Life.Eol is { } day ? $"{Words.Day(day)}" : "some day in the past";
        return Html.Of($"""
            <tr role="row"><th role="rowheader" scope="row">{Link.To(PageNames.Lifecycles, PageQuery.None with { Search = cycle.Life.Title }, cycle.Life.Title)}</th>
            <td role="cell" class="num">{Words.Number(cycle.Uses)}<span class="hidden"> uses in {Words.Count(cycle.Repositories, "repository", "repositories")}</span></td>
            <td role="cell" class="when"><span class="dot {state}"></span>{when} <span class="sub">{(cycle.Life.Eol is { } ends ? Words.Until(ends, today) : "")}</span></td>
            <td role="cell" class="lane"><svg viewBox="0 0 {Months} 1" preserveAspectRatio="none" aria-hidden="true">{Grid(first)}<rect class="bar {state}" x="{from}" y="0.28" width="{Math.Max(0.08, to - from)}" height="0.44"/><line class="now" x1="{now}" x2="{now}" y1="0" y2="1"/>{(isBefore ? null : Html.Of($"<line class=\"end {state}\" x1=\"{at}\" x2=\"{at}\" y1=\"0.1\" y2=\"0.9\"/>"))}</svg></td></tr>

            """);
    }

    private static Html Histogram(List<CycleRow> cycles, DateOnly first, double now)
    {
        var uses = new int[Months];
        foreach (var cycle in cycles)
        {
            if (cycle.Life.Eol is { } eol && eol >= first)
            {
                uses[((eol.Year - first.Year) * 12) + eol.Month - first.Month] += cycle.Uses;
            }
        }

        var most = Math.Max(1, uses.Max());
        var said = string.Join(", ", uses.Select((n, m) => (Uses: n, Month: first.AddMonths(m))).Where(m => m.Uses > 0).Select(m => $"{Month(m.Month)}: {Words.Number(m.Uses)}"));
        return Html.Of($"""
            <svg class="histogram" viewBox="0 0 {Months} 10" preserveAspectRatio="none" role="img" aria-label="{(said.Length == 0 ? "no end in these months" : said)}">{uses.Select((n, m) => (Uses: n, Month: m)).Where(m => m.Uses > 0).Select(m =>
                Html.Of($"<rect class=\"bar {(m.Month < Around ? "ended" : m.Month <= Around + 6 ? "ending" : "maintained")}\" x=\"{m.Month + 0.12}\" width=\"0.76\" y=\"{10 - Math.Max(0.4, 9.6 * m.Uses / most)}\" height=\"{Math.Max(0.4, 9.6 * m.Uses / most)}\"><title>{Month(first.AddMonths(m.Month))}: {Words.Count(m.Uses, "use", "uses")}</title></rect>"))}<line class="now" x1="{now}" x2="{now}" y1="0" y2="10"/></svg>
            """);
    }

    /// <summary>A line for each quarter.</summary>
    private static IEnumerable<Html> Grid(DateOnly first) =>
        Enumerable.Range(0, Months).Where(m => first.AddMonths(m).Month % 3 == 1).Select(m => Html.Of($"<line class=\"grid\" x1=\"{m}\" x2=\"{m}\" y1=\"0\" y2=\"1\"/>"));

    private static double X(DateOnly day, DateOnly first) =>
        ((day.Year - first.Year) * 12) + day.Month - first.Month + ((day.Day - 1.0) / DateTime.DaysInMonth(day.Year, day.Month));

    private static string Month(DateOnly day) => day.ToString("MMM yyyy", CultureInfo.InvariantCulture);
}
