using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Basewatch.Adapters.Notifications;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Microsoft.AspNetCore.Http;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>A signed link.</summary>
/// <param name="Subject">What the alerts are about.</param>
/// <param name="Expires">The first day on which it is too old.</param>
/// <param name="Signature">Over both.</param>
internal sealed record SnoozeLink(string Subject, string Expires, string Signature);

/// <summary>What the page shows.</summary>
/// <param name="Link">The link that it was reached by.</param>
/// <param name="Today">Today.</param>
internal sealed record SnoozeView(SnoozeLink Link, DateOnly Today)
{
    /// <summary>What rests now.</summary>
    public SnoozeRecord? Current { get; init; }

    /// <summary>Whether that was said just now.</summary>
    public bool IsDone { get; init; }

    /// <summary>Whether it was undone just now.</summary>
    public bool IsAwake { get; init; }

    /// <summary>What is wrong with the form.</summary>
    public string? Problem { get; init; }

    /// <summary>As it was posted.</summary>
    public string Rest { get; init; } = "";

    /// <summary>As it was posted.</summary>
    public string Until { get; init; } = "";

    /// <summary>As it was posted.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who is signed in; null where that is not known.</summary>
    public string? User { get; init; }
}

/// <summary>The snooze page in HTML. It loads nothing, runs no script, and can't be framed.</summary>
internal static class SnoozePage
{
    private const string Style = """
        :root{color-scheme:light dark;--back:#f5f5f5;--card:#fff;--text:#242424;--soft:#5c5c5c;--line:#d1d1d1;--field:#fff;--main:#4f52b2;--onmain:#fff;--good:#f1faf1;--goodline:#9fd89f;--bad:#fdf3f4;--badline:#eeacb2}
        @media(prefers-color-scheme:dark){:root{--back:#141414;--card:#242424;--text:#fff;--soft:#c6c6c6;--line:#525252;--field:#1b1b1b;--main:#a9b0ff;--onmain:#17194a;--good:#052505;--goodline:#107c10;--bad:#3b0509;--badline:#c4314b}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 "Segoe UI",system-ui,-apple-system,"Liberation Sans",sans-serif}
        main{max-width:35rem;margin:6vh auto;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
        h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}
        p{margin:0 0 1rem}
        .soft{color:var(--soft);font-size:.875rem}
        .subject{font:.9375rem/1.5 ui-monospace,"Cascadia Mono",Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere;border-left:4px solid var(--main);padding:.5rem .75rem;margin:1rem 0 1.5rem;background:var(--back)}
        .note{border:1px solid var(--line);border-radius:8px;padding:.875rem 1rem;margin:0 0 1.5rem;overflow-wrap:anywhere}
        .note p{margin:0 0 .5rem}.note>:last-child{margin-bottom:0}
        .good{background:var(--good);border-color:var(--goodline)}
        .bad{background:var(--bad);border-color:var(--badline)}
        fieldset{border:0;margin:0 0 1.25rem;padding:0}
        legend,.label{display:block;font-weight:600;padding:0;margin:0 0 .5rem}
        .choice{display:flex;align-items:center;gap:.625rem;min-height:2.75rem;padding:.375rem .75rem;border:1px solid var(--line);border-radius:8px;margin-bottom:.5rem;cursor:pointer}
        .choice:has(input:checked){border-color:var(--main);box-shadow:inset 0 0 0 1px var(--main)}
        .choice span{flex:1}.choice input[type=radio]{accent-color:var(--main);width:1.125rem;height:1.125rem;margin:0}
        input[type=date],textarea{font:inherit;color:inherit;background:var(--field);border:1px solid var(--line);border-radius:6px;padding:.375rem .5rem}
        textarea{width:100%;min-height:5rem;padding:.625rem .75rem;resize:vertical}
        ::placeholder{color:var(--soft);opacity:1}
        button{font:inherit;font-weight:600;border-radius:8px;padding:.625rem 1.25rem;cursor:pointer;background:var(--main);color:var(--onmain);border:1px solid var(--main)}
        button.plain{background:transparent;color:inherit;border-color:var(--line)}
        :focus-visible{outline:3px solid var(--main);outline-offset:2px}
        .after{margin:1rem 0 0}
        summary{cursor:pointer;font-weight:600;margin-bottom:1rem}
        @media(max-width:38rem){main{margin:0;border:0;border-radius:0;min-height:100vh;padding:1.25rem}.choice{flex-wrap:wrap}}
        """;

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Sets the headers that keep the page to itself.</summary>
    public static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";

        // Not "no-referrer": with that a browser does not say either where a form comes from.
        headers["Referrer-Policy"] = "same-origin";
        headers["X-Robots-Tag"] = "noindex, nofollow";
    }

    /// <summary>A page that says one thing.</summary>
    public static string RenderNote(string title, string text) => Document(title, $"<h1>{Encode(title)}</h1><p>{Encode(text)}</p>");

    /// <summary>The page.</summary>
    public static string Render(SnoozeView view)
    {
        var body = new StringBuilder();
        body.Append(view.Current is not null ? "<h1>These alerts rest</h1>" : "<h1>Let these alerts rest?</h1>");
        body.Append("<p class=\"soft\">Messages about this, in every channel:</p>");
        body.Append(CultureInfo.InvariantCulture, $"<p class=\"subject\"><bdi>{Encode(PlainText.OnOneLine(view.Link.Subject, Pages.LongestSubject))}</bdi></p>");
        if (view.Current is { } current)
        {
            body.Append(CultureInfo.InvariantCulture, $"<div class=\"note good\" role=\"status\">{(view.IsDone ? "<p><strong>Done.</strong></p>" : "")}<p>{(current.Until is { } day ? $"They rest <strong>until {Day(day)}</strong>, and are told again from that day on." : "They rest <strong>for good</strong>. If the date of the end moves, that is told as something new.")}</p>");
            body.Append(CultureInfo.InvariantCulture, $"<p>“<bdi>{Encode(PlainText.OnOneLine(current.Reason ?? "no reason given", Snoozes.LongestReason))}</bdi>”</p>");
            body.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{(current.By is null ? "Somebody with the link" : $"<bdi>{Encode(current.By)}</bdi>")}, {Day(DateOnly.FromDateTime(current.At.UtcDateTime))}</p>");
            body.Append(CultureInfo.InvariantCulture, $"<form method=\"post\">{Hidden(view.Link)}<button class=\"plain\" name=\"action\" value=\"wake\">Undo: tell them again</button></form></div>");
            body.Append(CultureInfo.InvariantCulture, $"<details{(view.Problem is null ? "" : " open")}><summary>Choose another time</summary>");
            AppendForm(body, view);
            body.Append("</details>");
        }
        else
        {
            body.Append(view.IsAwake ? "<div class=\"note good\" role=\"status\"><p><strong>Undone.</strong> These alerts are told again.</p></div>" : "");
            AppendForm(body, view);
        }

        return Document("Basewatch: let alerts rest", body.ToString());
    }

    private static void AppendForm(StringBuilder body, SnoozeView view)
    {
        body.Append(view.Problem is null ? "" : $"<div class=\"note bad\" role=\"alert\"><p>{Encode(view.Problem)}</p></div>");
        body.Append(CultureInfo.InvariantCulture, $"<form method=\"post\">{Hidden(view.Link)}<fieldset><legend>How long?</legend>");
        var rest = view.Rest.Length == 0 ? "week" : view.Rest;
        AppendChoice(body, rest, "week", $"1 week, until {Day(view.Today.AddDays(7))}");
        AppendChoice(body, rest, "month", $"1 month, until {Day(view.Today.AddMonths(1))}");
        AppendChoice(body, rest, "date", "Until a day", $"<input type=\"date\" name=\"until\" aria-label=\"The day\" value=\"{Encode(view.Until)}\" min=\"{Iso(view.Today.AddDays(1))}\" max=\"{Iso(view.Today.AddYears(2))}\">");
        AppendChoice(body, rest, "ever", "For good: it is known and accepted");
        body.Append(CultureInfo.InvariantCulture, $"</fieldset><p><label class=\"label\" for=\"reason\">Why?</label><textarea id=\"reason\" name=\"reason\" maxlength=\"{Snoozes.LongestReason}\" required placeholder=\"The move to 3.12 is planned for sprint 14\">{Encode(view.Reason)}</textarea></p>");
        body.Append("<button name=\"action\" value=\"snooze\">Let them rest</button> ");
        body.Append(CultureInfo.InvariantCulture, $"<p class=\"soft after\">{(view.User is null ? "Who you are is not known here: it will say “somebody with the link”." : $"It will say that it was <bdi>{Encode(view.User)}</bdi>.")}</p></form>");
    }

    private static void AppendChoice(StringBuilder body, string rest, string value, string text, string more = "") =>
        body.Append(CultureInfo.InvariantCulture, $"<label class=\"choice\"><input type=\"radio\" name=\"rest\" value=\"{value}\"{(rest == value ? " checked" : "")}><span>{Encode(text)}</span>{more}</label>");

    private static string Hidden(SnoozeLink link) => string.Concat(
        new[] { ("subject", link.Subject), ("expires", link.Expires), ("signature", link.Signature) }.Select(f => $"<input type=\"hidden\" name=\"{f.Item1}\" value=\"{Encode(f.Item2)}\">"));

    private static string Document(string title, string body) =>
        $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{Encode(title)}</title><style>{Style}</style></head><body><main>{body}</main></body></html>";

    private static string Day(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
