using System.Net;
using System.Text.RegularExpressions;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Hosting.Dashboard;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using CsCheck;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Basewatch.Adapters.Tests.Hosting;

/// <summary>What the dashboard is made of, whatever stands in the state store.</summary>
public sealed partial class DashboardPartsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Pieces =
        ["<script>", "</script>", "\"", "'", " onload=", "&", "&lt;", "--><!--", "]]>", "`", "\0", "\u202e", "\ud800", "\udc00", "😀", "\u2028", "javascript:", "</title>", "<svg", "/>", "=", "\r\n"];

    /// <summary>What does harm where it is not escaped, in any order, with any other characters between.</summary>
    private static readonly Gen<string> Hostile =
        Gen.OneOf(Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]), Gen.Char.Select(c => c.ToString())).Array[0, 12].Select(string.Concat);

    [Fact]
    public void Text_stays_text_whatever_it_is() => Hostile.Sample(text =>
    {
        var html = Html.Of($"<p title=\"{text}\">{text}</p>").ToString();
        var match = Whole().Match(html);
        Assert.True(match.Success, html);
        Assert.Equal(WebUtility.HtmlDecode(match.Groups["attribute"].Value), WebUtility.HtmlDecode(match.Groups["content"].Value));
        Assert.DoesNotContain(html, c => char.IsControl(c) && c is not ('\t' or '\n'));

        // What can be shown is shown as it is.
        var shown = WebUtility.HtmlDecode(match.Groups["content"].Value);
        Assert.Equal(text.Length, shown.Length);
        Assert.All(text.Zip(shown), pair => Assert.True(pair.First == pair.Second || pair.Second == '\ufffd'));
    });

    [Fact]
    public void Pages_have_the_same_structure_whatever_strangers_write() => Hostile.Array[6].Sample(texts =>
    {
        var plain = Structures(Enumerable.Repeat("x", 6).ToArray(), "https://github.com/a/b/pull/1");
        var hostile = Structures(texts, "https://github.com/a/b/pull/1");
        Assert.Equal(plain, hostile);
    }, iter: 200);

    [Fact]
    public void An_address_that_is_none_of_the_web_is_no_link()
    {
        string?[] others = ["javascript:alert(1)", "data:text/html,x", "http://example.com/", "//evil.example", "https://user:password@example.com/", "vbscript:x", "", null];
        Assert.All(others, url => Assert.Equal("here", Link.Elsewhere(url, "here").ToString()));

        Assert.Equal("<a href=\"https://example.com/?a=1&amp;b=2\" rel=\"noreferrer noopener\">here</a>", Link.Elsewhere("https://example.com/?a=1&b=2", "here").ToString());
    }

    [Fact]
    public void An_address_says_all_that_a_page_shows() =>
        Gen.Select(Hostile, Hostile, Hostile, Gen.Int[1, 5000], Gen.Bool).Sample((search, sort, filter, page, descends) =>
        {
            var query = PageQuery.Parse(QueryHelpers.ParseQuery(new PageQuery { Search = search, Sort = sort.TrimStart('-') is { Length: > 0 } s ? s : null, IsDescending = descends, Page = page }.With("life", filter).ToString()));
            var again = PageQuery.Parse(QueryHelpers.ParseQuery(query.ToString()));
            Assert.Equal(query.ToString(), again.ToString());
            Assert.Equal((query.Search, query.Sort, query.IsDescending, query.Page, query["life"]), (again.Search, again.Sort, again.IsDescending, again.Page, again["life"]));
            if (search.Length is > 0 and < 300 && !search.Any(char.IsSurrogate))
            {
                Assert.Equal(search, query.Search);
            }
        });

    [Fact]
    public void Pages_of_a_table_have_every_row_once_under_every_order() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Array[0, 220].Sample(numbers =>
        {
            var overview = new Overview(Now, ServiceMode.Propose)
            {
                Repositories = [.. numbers.Select((n, i) => new RepositoryRow($"a/r{i}", Now, n.Item1, 0, default) { Behind = n.Item2, ReconciledAt = Now })],
            };
            foreach (var column in Tables.Repositories.Columns.Where(c => c.Order is not null))
            {
                foreach (var isDescending in (bool[])[false, true])
                {
                    var query = PageQuery.None with { Sort = column.Key, IsDescending = isDescending };
                    var first = Tables.Repositories.Read(overview.Repositories, query, overview);
                    var rows = Enumerable.Range(1, first.Pages).SelectMany(p => Tables.Repositories.Read(overview.Repositories, query with { Page = p }, overview).Rows).ToList();
                    Assert.Equal(overview.Repositories.Select(r => r.Name).Order(StringComparer.Ordinal), rows.Select(r => r.Name).Order(StringComparer.Ordinal));
                    Assert.All(rows.Zip(rows.Skip(1)), pair => Assert.True((isDescending ? -1 : 1) * column.Order!(pair.First, pair.Second) <= 0));
                }
            }
        }, iter: 30);

    [Fact]
    public void A_filter_and_words_leave_the_rows_that_have_all_of_them()
    {
        string[] names = ["acme/web-api", "acme/web", "other/api"];
        var overview = new Overview(Now, ServiceMode.Propose)
        {
            Repositories = [.. names.Select((n, i) => new RepositoryRow(n, Now, 1, 0, default) { Behind = i, ReconciledAt = Now })],
        };
        Assert.Equal(["acme/web-api"], Rows("API  web", null));
        Assert.Equal(["acme/web", "other/api"], Rows("", "behind"));
        Assert.Equal(["other/api"], Rows("api", "behind"));
        Assert.Equal(3, Rows("", "nonsense").Count);

        List<string> Rows(string search, string? state) => [.. Tables.Repositories.Read(overview.Repositories, (PageQuery.None with { Search = search }).With("state", state), overview).Rows.Select(r => r.Name)];
    }

    [Fact]
    public void Under_Entra_only_its_own_header_counts_and_only_where_it_is_enforced()
    {
        var request = new Microsoft.AspNetCore.Http.DefaultHttpContext().Request;
        Assert.Equal(Admission.Entra, Access(isEntra: true, isEnforced: true).Decide(request));
        request.Headers["X-MS-CLIENT-PRINCIPAL-ID"] = "somebody";
        Assert.Equal(Admission.Admitted, Access(isEntra: true, isEnforced: true).Decide(request));
        Assert.Equal(Admission.Off, Access(isEntra: true, isEnforced: false).Decide(request));

        // Whoever comes from outside may write such a header where nothing takes it away.
        Assert.Equal(Admission.Off, Access(isEntra: false, isEnforced: true).Decide(request));
        Assert.Equal(Admission.SignIn, Access(isEntra: false, isEnforced: true, "correct-horse-battery").Decide(request));
        request.Headers["x-functions-key"] = "correct-horse-battery";
        Assert.Equal(Admission.Admitted, Access(isEntra: false, isEnforced: false, "correct-horse-battery").Decide(request));
        Assert.Equal(Admission.Off, Access(isEntra: true, isEnforced: false, "correct-horse-battery").Decide(request));

        static DashboardAccess Access(bool isEntra, bool isEnforced, string? key = null) => new(key, new AppServiceSignIn(isEntra, isEnforced), isGuarded: false, TimeProvider.System);
    }

    /// <summary>Tags and names of attributes of every page.</summary>
    private static string[] Structures(string[] texts, string url)
    {
        var life = new Life(LifeOf.Product, texts[0], texts[1], texts[2].Length == 0 ? "1" : texts[2], new DateOnly(2026, 10, 1)) { Url = url };
        var pullRequest = new PullRequestRow(texts[0], new PullRequestSummary(1, url, texts[1], "opened", texts[2], Now.AddDays(-3), Now));
        var query = PageQuery.None with { Search = texts[4] + "x" };
        var overview = new Overview(Now, ServiceMode.Observe)
        {
            Pause = new PauseRecord("why: " + texts[3], texts[4], Now, null),
            CatalogAsOf = Now,
            Repositories = [new RepositoryRow("x" + texts[0], Now, 1, 0, new NextEnd(LifecycleStatus.Ended, texts[1], new DateOnly(2026, 10, 1))) { Failure = texts[2] }],
            Images = [new ImageRow(texts[0], "x", 1, 1, 1, Now, texts[1], new NextEnd(LifecycleStatus.Ended, texts[2], new DateOnly(2026, 10, 1)))],
            Cycles = [new CycleRow(life, LifecycleStatus.Ended, 3, 1, ["python:3.8"], 1)],
            PullRequests = [pullRequest],
            Alerts = [new AlertRow(texts[0], AlertState.Resting, Now, "x" + texts[3], texts[4], new SnoozeRecord(texts[0], null, texts[1], texts[2], Now))],
            Failures = [new FailureRow(texts[0], "x", null, texts[1], Now, 1, null)],
            Runs = [new RunRecord(texts[0], Now, Now, texts[1], null)],
            Activity = [new ActivityRow(Now, ActivityKind.Merged, "x", texts[1], url, 1)],
        };
        var context = new PageContext(overview, query, new Uri("https://github.com/"));
        return
        [
            .. new[]
            {
                OverviewPage.Render(context),
                PageFrame.Page(context, "", texts[0], Html.Empty),
                SignInPage.Render(texts[0], isWrong: true, again: false),
                Rows(Tables.Repositories, overview.Repositories), Rows(Tables.Images, overview.Images), Rows(Tables.Lifecycles, overview.Cycles), Rows(Tables.PullRequests, overview.PullRequests),
                Rows(Tables.Alerts, overview.Alerts), Rows(Tables.Failures, overview.Failures), Rows(Tables.Activity, overview.Activity),
                Tables.Repositories.Render([], query, overview, texts[5]),
                context.File("a/b", "c", texts[0] + "x", 1),
            }.Select(h => string.Concat(Tags().Matches(h.ToString()).Select(m => Values().Replace(m.Value, "")).Where(t => t != "<wbr>"))),
        ];

        Html Rows<T>(DataTable<T> table, IReadOnlyList<T> rows)
            where T : class => table.Rows(rows, query, overview, texts[5]);
    }

    [GeneratedRegex("^<p title=\"(?<attribute>[^\"<>]*)\">(?<content>[^\"'<>]*)</p>$", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex Whole();

    /// <summary>A tag ends at the first such sign, since there is none in a value.</summary>
    [GeneratedRegex("<[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tags();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex Values();
}
