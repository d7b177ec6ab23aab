using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>What a page shows of what there is: all of it is in the address, so that a link shows the same to everyone.</summary>
internal sealed record PageQuery
{
    private const int LongestValue = 300;

    private const int MostFilters = 8;

    private const int LastPage = 1_000_000;

    private const string SearchKey = "q", SortKey = "sort", PageKey = "page";

    /// <summary>Everything, from the beginning.</summary>
    public static PageQuery None { get; } = new();

    /// <summary>Words that must all be there; empty: any.</summary>
    public string Search { get; init; } = "";

    /// <summary>Key of the column to sort by; null: as the page does by itself.</summary>
    public string? Sort { get; init; }

    /// <summary>Whether the last comes first.</summary>
    public bool IsDescending { get; init; }

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>What is chosen of each filter, by its key; and the name of what a page is about.</summary>
    public ImmutableSortedDictionary<string, string> Filters { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The value of a filter; null where nothing is chosen.</summary>
    public string? this[string filter] => Filters.GetValueOrDefault(filter);

    /// <summary>With another filter, from the first page on; null: without it.</summary>
    public PageQuery With(string filter, string? value) => this with { Page = 1, Filters = string.IsNullOrEmpty(value) ? Filters.Remove(filter) : Filters.SetItem(filter, value) };

    /// <summary>Reads the query of an address. What can't be meant is passed over.</summary>
    public static PageQuery Parse(IEnumerable<KeyValuePair<string, StringValues>> values)
    {
        var query = None;
        foreach (var (key, all) in values)
        {
            var value = all.Count == 0 ? "" : all[0] ?? "";
            if (value.Length is 0 or > LongestValue || key.Length is 0 or > 32)
            {
                continue;
            }

            query = key switch
            {
                SearchKey => query with { Search = value },
                SortKey => query with { Sort = value.TrimStart('-') is { Length: > 0 } column ? column : null, IsDescending = value.Length > 1 && value[0] == '-' },
                PageKey => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is >= 1 and <= LastPage ? query with { Page = page } : query,
                _ when key.All(c => char.IsAsciiLetterLower(c) || c == '-') && (query.Filters.Count < MostFilters || query.Filters.ContainsKey(key)) => query with { Filters = query.Filters.SetItem(key, value) },
                _ => query,
            };
        }

        return query.Sort is null ? query with { IsDescending = false } : query;
    }

    /// <summary>The query of an address, with its question mark; empty where there is nothing to say.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (key, value) in Filters)
        {
            Add(key, value);
        }

        Add(SearchKey, Search);
        Add(SortKey, Sort is null ? "" : IsDescending ? "-" + Sort : Sort);
        Add(PageKey, Page == 1 ? "" : Page.ToString(CultureInfo.InvariantCulture));
        return text.ToString();

        void Add(string key, string value)
        {
            if (value.Length > 0)
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(key).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }

    /// <inheritdoc/>
    public bool Equals(PageQuery? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());
}
