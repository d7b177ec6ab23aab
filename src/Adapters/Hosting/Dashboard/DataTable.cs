using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Basewatch.Core.Jobs.Dashboard;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>A column.</summary>
/// <param name="Key">Names it in addresses.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Cell">What stands in it.</param>
internal sealed record Column<T>(string Key, string Title, Func<T, Overview, Html> Cell)
{
    /// <summary>How to sort by it; null: it is no order.</summary>
    public Comparison<T>? Order { get; init; }

    /// <summary>Whether people want the most first.</summary>
    public bool DescendsFirst { get; init; }

    /// <summary>Class of its cells: <c>num</c>, and <c>wide</c> for what a phone has no room for.</summary>
    public string Class { get; init; } = "";
}

/// <summary>A choice among rows.</summary>
/// <param name="Key">Names it in addresses.</param>
/// <param name="Title">What is chosen.</param>
/// <param name="Choices">Values and their titles.</param>
/// <param name="Holds">Whether a row is in a choice.</param>
internal sealed record Filter<T>(string Key, string Title, IReadOnlyList<(string Value, string Title)> Choices, Func<T, string, Overview, bool> Holds);

/// <summary>A part of a table's rows.</summary>
/// <param name="Rows">At most <see cref="DataTable{T}.PageSize"/>.</param>
/// <param name="Total">How many there are over all pages.</param>
/// <param name="Page">Which part, from 1.</param>
/// <param name="Pages">How many parts there are; at least 1.</param>
internal sealed record TablePage<T>(IReadOnlyList<T> Rows, int Total, int Page, int Pages);

/// <summary>A table that is searched, filtered, sorted and paged here, by what stands in the address.</summary>
/// <param name="page">The page that it is on.</param>
/// <param name="columns">Its columns; the first names the row.</param>
/// <param name="text">What is searched of a row.</param>
/// <param name="identity">Tells rows apart, so that every order is whole and a row is on one page and no other.</param>
internal sealed class DataTable<T>(string page, IReadOnlyList<Column<T>> columns, Func<T, string> text, Comparison<T> identity)
    where T : class
{
    /// <summary>Rows at a time.</summary>
    public const int PageSize = 50;

    private const int MostWords = 8;

    /// <summary>Orders last as long as the rows that they are of.</summary>
    private readonly ConditionalWeakTable<IReadOnlyList<T>, ConcurrentDictionary<string, T[]>> _orders = [];

    public string Page { get; } = page;

    public IReadOnlyList<Column<T>> Columns { get; } = columns;

    /// <summary>What can be chosen.</summary>
    public IReadOnlyList<Filter<T>> Filters { get; init; } = [];

    /// <summary>What is said where there is no row at all.</summary>
    public string Empty { get; init; } = "Nothing yet.";

    /// <summary>What rows are called.</summary>
    public (string One, string Many) Noun { get; init; } = ("row", "rows");

    /// <summary>Whether there is a field to search by.</summary>
    public bool IsSearched { get; init; } = true;

    /// <summary>The rows that a query asks for. Without an order they come as they are.</summary>
    public TablePage<T> Read(IReadOnlyList<T> rows, PageQuery query, Overview overview)
    {
        var words = query.Search.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MostWords).ToArray();
        var chosen = Filters.Select(f => (Filter: f, Value: query[f.Key])).Where(f => f.Value is not null && f.Filter.Choices.Any(c => c.Value == f.Value)).ToArray();
        var ordered = Ordered(rows, query);
        var found = words.Length == 0 && chosen.Length == 0
            ? ordered
            : [.. ordered.Where(r => Array.TrueForAll(chosen, c => c.Filter.Holds(r, c.Value!, overview)) && (words.Length == 0 || Has(text(r), words)))];
        var pages = Math.Max(1, (found.Length + PageSize - 1) / PageSize);
        var number = Math.Min(query.Page, pages);
        return new TablePage<T>([.. found.Skip((number - 1) * PageSize).Take(PageSize)], found.Length, number, pages);
    }

    /// <summary>The whole of it: search and filters, rows, and the way to the other pages.</summary>
    public Html Render(IReadOnlyList<T> rows, PageQuery query, Overview overview, string caption)
    {
        var part = Read(rows, query, overview);
        return Html.Of($"""
            {Form(query)}
            <p class="count" role="status">{Words.Count(part.Total, Noun.One, Noun.Many)}{(part.Total == rows.Count ? "" : $" of {Words.Number(rows.Count)}")}</p>
            {(part.Total == 0 ? Html.Of($"<p class=\"empty\">{(rows.Count == 0 ? Empty : "Nothing matches.")}</p>") : Rows(part.Rows, query, overview, caption))}
            {Pager(part, query)}
            """);
    }

    /// <summary>The rows alone; without a column that says the same in all of them.</summary>
    public Html Rows(IEnumerable<T> rows, PageQuery? query, Overview overview, string caption, string? without = null)
    {
        var shown = Columns.Where(c => c.Key != without).ToList();
        return Html.Of($"""
        <div class="scroll" role="region" aria-label="{caption}" tabindex="0"><table>
        <caption class="hidden">{caption}</caption>
        <thead><tr>{shown.Select(c => Heading(c, query))}</tr></thead>
        <tbody>{rows.Select(r => Html.Of($"<tr>{shown.Select((c, i) => i == 0
            ? Html.Of($"<th scope=\"row\" class=\"{c.Class}\">{c.Cell(r, overview)}</th>")
            : Html.Of($"<td class=\"{c.Class}\">{c.Cell(r, overview)}</td>"))}</tr>\n"))}</tbody>
        </table></div>
        """);
    }

    private T[] Ordered(IReadOnlyList<T> rows, PageQuery query)
    {
        var column = Columns.FirstOrDefault(c => c.Order is not null && c.Key == query.Sort);
        var orders = _orders.GetValue(rows, _ => new ConcurrentDictionary<string, T[]>(StringComparer.Ordinal));
        return orders.GetOrAdd(column is null ? "" : query.IsDescending ? "-" + column.Key : column.Key, _ =>
        {
            var sorted = rows.ToArray();
            if (column is not null)
            {
                var sign = query.IsDescending ? -1 : 1;
                Array.Sort(sorted, (a, b) => column.Order!(a, b) is var order and not 0 ? sign * order : identity(a, b));
            }

            return sorted;
        });
    }

    private static bool Has(string text, string[] words) => Array.TrueForAll(words, w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    private Html Heading(Column<T> column, PageQuery? query)
    {
        if (column.Order is null || query is null)
        {
            return Html.Of($"<th scope=\"col\" class=\"{column.Class}\">{column.Title}</th>");
        }

        var isSorted = query.Sort == column.Key;
        var next = query with { Page = 1, Sort = column.Key, IsDescending = isSorted ? !query.IsDescending : column.DescendsFirst };
        var state = isSorted ? Html.Of($" aria-sort=\"{(query.IsDescending ? "descending" : "ascending")}\"") : Html.Empty;
        return Html.Of($"<th scope=\"col\" class=\"{column.Class}\"{state}><a href=\"{Link.To(Page, next)}\">{column.Title}</a></th>");
    }

    private Html Form(PageQuery query)
    {
        if (!IsSearched && Filters.Count == 0)
        {
            return Html.Empty;
        }

        var kept = query.Filters.Where(f => Filters.All(own => own.Key != f.Key)).Select(f => Html.Of($"<input type=\"hidden\" name=\"{f.Key}\" value=\"{f.Value}\">"));
        var sort = query.Sort is null ? Html.Empty : Html.Of($"<input type=\"hidden\" name=\"sort\" value=\"{(query.IsDescending ? "-" : "")}{query.Sort}\">");
        var search = IsSearched ? Html.Of($"<label>Search <input type=\"search\" name=\"q\" value=\"{query.Search}\" autocomplete=\"off\" maxlength=\"200\"></label>") : Html.Empty;
        return Html.Of($"""
            <form class="filters" method="get" action="{Page}" role="search" data-live>{kept}{sort}
            {search}
            {Filters.Select(f => Html.Of($"""
                <label>{f.Title} <select name="{f.Key}"><option value="">all</option>{f.Choices.Select(c => Html.Of($"<option value=\"{c.Value}\"{(query[f.Key] == c.Value ? Html.Of($" selected") : null)}>{c.Title}</option>"))}</select></label>
                """))}
            <button type="submit">Show</button>{(query.Search.Length > 0 || Filters.Any(f => query[f.Key] is not null) ? Html.Of($" <a class=\"clear\" href=\"{Link.To(Page, query with { Search = "", Page = 1, Filters = query.Filters.RemoveRange(Filters.Select(f => f.Key)) })}\">Clear</a>") : null)}
            </form>
            """);
    }

    private Html Pager(TablePage<T> part, PageQuery query)
    {
        if (part.Pages == 1)
        {
            return Html.Empty;
        }

        var shown = new[] { 1, part.Page - 2, part.Page - 1, part.Page, part.Page + 1, part.Page + 2, part.Pages }.Where(n => n >= 1 && n <= part.Pages).Distinct().Order().ToArray();
        return Html.Of($"""
            <nav class="pager" aria-label="Pages"><ul>
            {(part.Page > 1 ? Html.Of($"<li><a rel=\"prev\" href=\"{To(part.Page - 1)}\">Previous</a></li>") : null)}
            {shown.Select((n, i) => Html.Of($"{(i > 0 && shown[i - 1] < n - 1 ? Html.Of($"<li aria-hidden=\"true\">…</li>") : null)}<li><a href=\"{To(n)}\"{(n == part.Page ? Html.Of($" aria-current=\"page\"") : null)} aria-label=\"Page {n}\">{Words.Number(n)}</a></li>"))}
            {(part.Page < part.Pages ? Html.Of($"<li><a rel=\"next\" href=\"{To(part.Page + 1)}\">Next</a></li>") : null)}
            </ul></nav>
            """);

        string To(int number) => Link.To(Page, query with { Page = number });
    }
}
