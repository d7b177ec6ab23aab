using System.IO.Hashing;
using System.Text;
using Basewatch.Adapters.Hosting.Endpoints;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>
/// Shows the dashboard: pages that are made here, whole, and need no script. They show; what can be done is to sign in and out, and to freeze and release rollouts.
/// </summary>
public sealed partial class DashboardEndpoint(OverviewBook overviews, Memory memory, DashboardAccess access, Pages pages, RolloutEndpoint rollouts, AppServiceSignIn signIn, BasewatchOptions options, ILogger<DashboardEndpoint> logger)
{
    private const int LargestForm = 8 * 1024;

    /// <summary>Nothing comes from elsewhere, and nobody else shows it in a frame of his.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private readonly Uri? _web = WebOf(options.GitHub.ApiBaseAddress);

    /// <summary>
    /// Answers for a page: 200, 304; 401 with a form to sign in; 302 to Entra's sign-in; 403 where the dashboard is off; 404, 405; 503 when the store can't be read.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="page">What stands behind the place where the dashboard is mounted; empty for the overview.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IResult> HandleAsync(HttpRequest request, string? page, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        page ??= "";
        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (page.Length == 0 && !request.Path.Value!.EndsWith('/'))
        {
            // Links are relative to the folder.
            return Moved(StatusCodes.Status308PermanentRedirect, request.Path.Value[(request.Path.Value.LastIndexOf('/') + 1)..] + "/" + request.QueryString);
        }

        var isPost = HttpMethods.IsPost(request.Method);
        if (page is PageNames.SignIn or PageNames.SignOut or PageNames.Rollouts ? !isPost && page == PageNames.SignOut : isPost)
        {
            headers.Allow = isPost ? "GET, HEAD" : "POST";
            return logger.Refuse(request, StatusCodes.Status405MethodNotAllowed, "not a method of this page");
        }

        switch (page)
        {
            case PageNames.Style:
                return Asset(request, Assets.Style);
            case PageNames.Script:
                return Asset(request, Assets.Script);
            case PageNames.SignIn when isPost:
                return await SignInAsync(request, cancellationToken);
            case PageNames.SignOut:
                if (!IsFromHere(request))
                {
                    return logger.Refuse(request, StatusCodes.Status403Forbidden, "a form that another page has sent");
                }

                DashboardAccess.SignOut(request);
                return Moved(StatusCodes.Status303SeeOther, "./");
        }

        switch (access.Decide(request))
        {
            case Admission.SignIn:
                return Page(StatusCodes.Status401Unauthorized, SignInPage.Render(page == PageNames.SignIn ? "" : Link.To(page, PageQuery.Parse(request.Query)), isWrong: false, IsFromElsewhere(request)));
            case Admission.Entra:
                return Moved(StatusCodes.Status302Found, "/.auth/login/aad?post_login_redirect_uri=" + Uri.EscapeDataString(request.PathBase + request.Path + request.QueryString));
            case Admission.Off:
                return Page(StatusCodes.Status403Forbidden, SignInPage.Off());
            case Admission.Admitted when page == PageNames.SignIn:
                return Moved(StatusCodes.Status303SeeOther, "./");
        }

        try
        {
            if (isPost)
            {
                return await ActAsync(request, cancellationToken);
            }

            return await RenderAsync(request, page, cancellationToken);
        }
        catch (StateStoreException e)
        {
            LogUnreadable(e.Message);
            headers.RetryAfter = "10";
            return Page(StatusCodes.Status503ServiceUnavailable, PageFrame.Bare("Not now", Html.Of($"<main id=\"content\" class=\"alone\"><h1>Not now</h1><p>The state store can't be read. The log says why.</p></main>")));
        }
    }

    private async Task<IResult> RenderAsync(HttpRequest request, string page, CancellationToken cancellationToken)
    {
        if (page.Length > 0 && !PageNames.All.Contains(page, StringComparer.Ordinal))
        {
            return NotFound();
        }

        var overview = await overviews.GetAsync(cancellationToken);
        var query = PageQuery.Parse(request.Query);
        var context = new PageContext(overview, query, _web) { CanSignOut = access.HasSessions, BadgeOf = pages.BadgeOf };
        var html = page switch
        {
            PageNames.Overview => OverviewPage.Render(context),
            PageNames.Repositories => Listed("Repositories", Tables.Repositories.Render(overview.Repositories, query, overview, "Repositories")),
            PageNames.Images => Listed("Images", Tables.Images.Render(overview.Images, query, overview, "Images")),
            PageNames.OwnImages => Listed("Own images", Tables.OwnImages.Render(overview.OwnImages, query, overview, "Own images")),
            PageNames.Rollouts => RolloutsPage.Render(context),
            PageNames.Lifecycles => Listed("Lifecycles", Tables.Lifecycles.Render(overview.Cycles, query, overview, "Lifecycles")),
            PageNames.PullRequests => Listed("Pull requests", Tables.PullRequests.Render(overview.PullRequests, query, overview, "Pull requests")),
            PageNames.Alerts => Listed("Alerts", Tables.Alerts.Render(overview.Alerts, query, overview, "Alerts")),
            PageNames.Activity => Listed("Activity", Tables.Activity.Render(overview.Activity, query, overview, "Activity")),
            PageNames.Failures => Listed("Failures", Tables.Failures.Render(overview.Failures, query, overview, "Failures")),
            PageNames.Repository => await RepositoryPage.RenderAsync(context, memory, cancellationToken),
            PageNames.Image => await ImagePage.RenderAsync(context, memory, cancellationToken),
            _ => null,
        };
        if (html is null)
        {
            return NotFound();
        }

        // Whoever has the same page already is told so; nobody in between keeps it.
        var body = Encoding.UTF8.GetBytes(html.ToString());
        var tag = $"\"{Convert.ToHexStringLower(XxHash128.Hash(body))}\"";
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = "private, no-cache";
        headers.ETag = tag;
        return request.Headers.IfNoneMatch.Any(t => t?.Contains(tag, StringComparison.Ordinal) == true)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : new BytesResult(StatusCodes.Status200OK, body, BytesResult.HtmlType);

        Html Listed(string title, Html table) => PageFrame.Page(context, page, title, Html.Of($"<h1>{title}</h1><section class=\"card\">{table}</section>"));
    }

    /// <summary>Freezes or releases, and shows the board with what became of it.</summary>
    private async Task<IResult> ActAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (field, refusal) = await ReadFormAsync(request, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var asked = new RolloutRequest(field("deed") is "hold" or "release" ? field("deed") : null, field("scope"), field("reason")) { Stage = field("stage"), Until = field("until") };
        var answer = await rollouts.DoAsync(asked, signIn.NameOf(request) ?? "the dashboard", cancellationToken);
        var overview = await overviews.GetAsync(cancellationToken);
        overview = overview with { Rollouts = await RolloutBoard.ReadAsync(memory, null, overview.At, cancellationToken) };
        return Page(answer.IsRefused ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK, RolloutsPage.Render(new PageContext(overview, PageQuery.None, _web) { CanSignOut = access.HasSessions, BadgeOf = pages.BadgeOf }, answer));
    }

    /// <summary>A form of these pages, by the names of its fields; or why it is not taken.</summary>
    private async Task<(Func<string, string> Field, IResult? Refusal)> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsFromHere(request))
        {
            return (_ => "", logger.Refuse(request, StatusCodes.Status403Forbidden, "a form that another page has sent"));
        }

        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
        {
            return (_ => "", logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "no form"));
        }

        var (body, refusal) = await BoundedBody.ReadAsync(request, LargestForm, cancellationToken);
        if (refusal is { } status)
        {
            return (_ => "", logger.Refuse(request, status, "its form could not be read whole"));
        }

        var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body.Span));
        return (name => form.TryGetValue(name, out var value) ? value.ToString() : "", null);
    }

    private async Task<IResult> SignInAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (IsFromHere(request) && !access.HasSessions)
        {
            return NotFound();
        }

        var (field, refusal) = await ReadFormAsync(request, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var to = PlaceOf(field("to"));
        if (!access.SignIn(request, field("key")))
        {
            logger.Refuse(request, StatusCodes.Status401Unauthorized, "a wrong key");
            return Page(StatusCodes.Status401Unauthorized, SignInPage.Render(to, isWrong: true, again: false));
        }

        return Moved(StatusCodes.Status303SeeOther, to);
    }

    /// <summary>An address among the dashboard's own, whatever somebody made of it.</summary>
    private static string PlaceOf(string text)
    {
        var parts = text.Split('?', 2);
        var page = parts[0] is "./" ? "" : parts[0];
        return page.Length > 0 && (page is PageNames.SignIn or PageNames.SignOut || !PageNames.All.Contains(page, StringComparer.Ordinal))
            ? Link.To("")
            : Link.To(page, parts.Length == 1 ? null : PageQuery.Parse(QueryHelpers.ParseQuery(parts[1])));
    }

    /// <summary>Whether a form that is posted is one of these pages.</summary>
    private static bool IsFromHere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site ? site == "same-origin"
        : Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin) && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    /// <summary>A browser that comes from elsewhere by a link holds its cookie back, and sends it as soon as this page itself asks once more.</summary>
    private static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && request.Headers["Sec-Fetch-Mode"] == "navigate";

    private static BytesResult Asset(HttpRequest request, Asset asset)
    {
        request.HttpContext.Response.Headers.CacheControl = request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        return new BytesResult(StatusCodes.Status200OK, asset.Content, asset.Type);
    }

    private static BytesResult NotFound() =>
        Page(StatusCodes.Status404NotFound, PageFrame.Bare("Not found", Html.Of($"<main id=\"content\" class=\"alone\"><h1>Not found</h1><p>There is no such page, or nothing is known any more of what it was about.</p><p><a href=\"./\">Overview</a></p></main>")));

    private static BytesResult Page(int status, Html html) => new(status, Encoding.UTF8.GetBytes(html.ToString()), BytesResult.HtmlType);

    private static MovedResult Moved(int status, string to) => new(status, to);

    /// <summary>The web pages of a GitHub, by the address of its API.</summary>
    private static Uri? WebOf(Uri api) =>
        api.IdnHost == "api.github.com" ? new Uri("https://github.com/")
        : api.IdnHost.StartsWith("api.", StringComparison.OrdinalIgnoreCase) && api.IdnHost.EndsWith(".ghe.com", StringComparison.OrdinalIgnoreCase) ? new Uri($"https://{api.IdnHost[4..]}/")
        : api.Scheme == Uri.UriSchemeHttps ? new Uri(api.GetLeftPart(UriPartial.Authority))
        : null;

    [LoggerMessage(Level = LogLevel.Error, Message = "the dashboard can't be shown: {Reason}")]
    private partial void LogUnreadable(string reason);

    /// <summary>A body that is whole.</summary>
    private sealed class BytesResult(int status, ReadOnlyMemory<byte> body, string type) : IResult
    {
        public const string HtmlType = "text/html; charset=utf-8";

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            (response.StatusCode, response.ContentType, response.ContentLength) = (status, type, body.Length);
            if (!HttpMethods.IsHead(httpContext.Request.Method))
            {
                await response.Body.WriteAsync(body, httpContext.RequestAborted);
            }
        }
    }

    /// <summary>To another address, relative to this one.</summary>
    private sealed class MovedResult(int status, string to) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.Headers.Location = to;
            return Task.CompletedTask;
        }
    }
}
