using System.Globalization;
using Basewatch.Core.Jobs;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>What stands around every page.</summary>
internal static class PageFrame
{
    private static readonly (string Page, string Title)[] Menu =
    [
        (PageNames.Overview, "Overview"), (PageNames.Repositories, "Repositories"), (PageNames.Images, "Images"), (PageNames.OwnImages, "Own images"), (PageNames.Rollouts, "Rollouts"), (PageNames.Lifecycles, "Lifecycles"),
        (PageNames.PullRequests, "Pull requests"), (PageNames.Alerts, "Alerts"), (PageNames.Failures, "Failures"), (PageNames.Activity, "Activity"),
    ];

    /// <summary>A page with its menu.</summary>
    /// <param name="context">What it is made from.</param>
    /// <param name="page">The page in the menu that it belongs to.</param>
    /// <param name="title">Its title.</param>
    /// <param name="content">What stands in it.</param>
    /// <param name="isWatched">Whether it is brought up to date by itself.</param>
    public static Html Page(PageContext context, string page, string title, Html content, bool isWatched = false)
    {
        var at = context.Overview.At.UtcDateTime;
        return Bare(title, Html.Of($"""
            <header><a class="skip" href="#content">Skip to content</a><a class="brand" href="./">Basewatch</a>
            <nav aria-label="Main"><ul>{Menu.Select(m => Html.Of($"<li><a href=\"{Link.To(m.Page)}\"{(m.Page == page ? Html.Of($" aria-current=\"page\"") : null)}>{m.Title}</a></li>"))}</ul></nav>
            {(context.CanSignOut ? Html.Of($"<form method=\"post\" action=\"{PageNames.SignOut}\"><button type=\"submit\" class=\"quiet\">Sign out</button></form>") : null)}
            </header>
            <main id="content" tabindex="-1"{(isWatched ? Html.Of($" data-watch=\"60\"") : null)}>
            {Notices(context)}
            {content}
            </main>
            <footer>As of <time datetime="{at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}">{at.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}</time> UTC</footer>
            """));
    }

    /// <summary>A page without a menu, for those who are not let in.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="body">What stands in it.</param>
    /// <param name="again">Whether the browser asks once more at once.</param>
    public static Html Bare(string title, Html body, bool again = false) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        {(again ? Html.Of($"<meta http-equiv=\"refresh\" content=\"0\">") : null)}
        <title>{title} – Basewatch</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="{PageNames.Style}?v={Assets.Style.Version}">
        <script src="{PageNames.Script}?v={Assets.Script.Version}" defer></script>
        </head>
        <body>
        {body}
        </body>
        </html>

        """);

    private static IEnumerable<Html> Notices(PageContext context)
    {
        var overview = context.Overview;
        if (overview.Pause is { } pause)
        {
            yield return Html.Of($"<p class=\"notice\" role=\"note\"><strong>Paused.</strong> Nothing is written to any repository{(pause.Until is { } until ? $" until {until.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC" : "")}{(pause.By is null ? "" : $", says {pause.By}")}{(pause.Reason is null ? "" : $": {pause.Reason}")}</p>");
        }

        if (overview.Mode == ServiceMode.Observe)
        {
            yield return Html.Of($"<p class=\"notice\" role=\"note\"><strong>Observing.</strong> Pull requests are worked out and none is opened.</p>");
        }

        if (overview.CatalogAsOf is null)
        {
            yield return Html.Of($"<p class=\"notice\" role=\"note\"><strong>No lifecycles.</strong> The catalogue of ends of life could not be had: what is shown of them is unknown, and not well.</p>");
        }
        else if (overview.At - overview.CatalogAsOf > TimeSpan.FromDays(7))
        {
            yield return Html.Of($"<p class=\"notice\" role=\"note\"><strong>Old lifecycles.</strong> The catalogue of ends of life is {Words.Span(overview.At - overview.CatalogAsOf.Value)} old.</p>");
        }
    }
}
