using System.Globalization;
using System.Text;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>
/// The page behind a message's snooze button. Whoever has the link may see and use it: its signature is the permission. To look at it
/// changes nothing, since scanners follow every link of a message; only posting its form does.
/// </summary>
public sealed partial class SnoozeEndpoint(Snoozes snoozes, Pages pages, BasewatchOptions options, AppServiceSignIn signIn, ILogger<SnoozeEndpoint> logger)
{
    /// <summary>Years that a day may be away.</summary>
    private const int MostYears = 2;

    private const int LargestForm = 32 * 1024;

    /// <summary>
    /// Answers GET with the page, and POST with 303 back to it once it is done. 400: the form is filled in wrongly, and comes again; 403: the link was not
    /// made here, or the form was posted from elsewhere; 404: no links are made here; 405, 413, 415: as ever; 410: the link is too old.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => TakeAsync(request, cancellationToken));
    }

    private async Task<IResult> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        SnoozePage.Protect(request.HttpContext.Response.Headers);
        if (!pages.HasKey)
        {
            return Note(request, StatusCodes.Status404NotFound, "There is nothing here", "This service makes no such links.");
        }

        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return await ShowAsync(request, name => request.Query[name].ToString(), cancellationToken);
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            return logger.Refuse(request, StatusCodes.Status405MethodNotAllowed, "neither GET nor POST");
        }

        if (!IsFromHere(request))
        {
            return Note(request, StatusCodes.Status403Forbidden, "This came from elsewhere", "Another page has sent this form. Open the link in the message instead.");
        }

        if (request.ContentType is not { } type || !type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            return logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "no form");
        }

        var (body, refusal) = await BoundedBody.ReadAsync(request, LargestForm, cancellationToken);
        if (refusal is { } status)
        {
            return logger.Refuse(request, status, "its form could not be read whole");
        }

        Dictionary<string, StringValues> form;
        try
        {
            using var reader = new FormReader(Encoding.UTF8.GetString(body.Span)) { ValueCountLimit = 32 };
            form = reader.ReadForm();
        }
        catch (InvalidDataException)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, "a broken form");
        }

        return await ActAsync(request, name => form.TryGetValue(name, out var value) ? value.ToString() : "", cancellationToken);
    }

    private async Task<IResult> ShowAsync(HttpRequest request, Func<string, string> field, CancellationToken cancellationToken)
    {
        if (Refusal(request, field) is { } refusal)
        {
            return refusal;
        }

        var link = LinkOf(field);
        var current = await CurrentAsync(link.Subject, cancellationToken);
        return Page(StatusCodes.Status200OK, new SnoozeView(link, pages.Today)
        {
            Current = current,
            IsAwake = current is null && field("done") == "wake",
            IsDone = current is not null && field("done") == "snooze",
            User = signIn.NameOf(request),
        });
    }

    private async Task<IResult> ActAsync(HttpRequest request, Func<string, string> field, CancellationToken cancellationToken)
    {
        if (Refusal(request, field) is { } refusal)
        {
            return refusal;
        }

        var (link, user) = (LinkOf(field), signIn.NameOf(request));
        if (field("action") == "wake")
        {
            if (await snoozes.WakeAsync(link.Subject, cancellationToken))
            {
                LogWoken(link.Subject, user ?? "somebody with the link");
            }

            return Back(request, link, "wake");
        }

        var (until, problem) = UntilOf(field("rest"), field("until"));
        var reason = field("reason").Trim();
        problem ??= reason.Length == 0 ? "Say why: whoever wonders about it later will want to know." : null;
        if (problem is not null)
        {
            return Page(StatusCodes.Status400BadRequest, new SnoozeView(link, pages.Today)
            {
                Current = await CurrentAsync(link.Subject, cancellationToken),
                Problem = problem,
                Rest = field("rest"),
                Until = field("until"),
                Reason = reason,
                User = user,
            });
        }

        await snoozes.PutAsync(link.Subject, until, reason, user, cancellationToken);
        LogSnoozed(link.Subject, until, user ?? "somebody with the link");
        return Back(request, link, "snooze");
    }

    /// <summary>The first day on which alerts are told again; null with no problem: never.</summary>
    private (DateOnly? Until, string? Problem) UntilOf(string rest, string day)
    {
        var today = pages.Today;
        switch (rest)
        {
            case "week":
                return (today.AddDays(7), null);
            case "month":
                return (today.AddMonths(1), null);
            case "ever":
                return (null, null);
            case "date":
                return !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until) ? (null, "Choose the day.")
                    : until <= today ? (null, "Choose a day after today.")
                    : until > today.AddYears(MostYears) ? (null, $"Choose a day within {MostYears} years.")
                    : (until, null);
            default:
                return (null, "Choose how long.");
        }
    }

    /// <summary>Why a link does not count; null: it does.</summary>
    private IResult? Refusal(HttpRequest request, Func<string, string> field)
    {
        var link = LinkOf(field);
        return link.Subject.Length is 0 or > Pages.LongestSubject || !pages.IsSigned(link.Subject, link.Expires, link.Signature)
                ? Note(request, StatusCodes.Status403Forbidden, "This link does not work", "It was cut or changed on its way here, or the service has a new key since. Open it from the message again, or wait for the next one.")
            : !pages.IsCurrent(link.Expires)
                ? Note(request, StatusCodes.Status410Gone, "This link is too old", $"Links work for {Pages.LinkDays} days. The next message has a new one.")
            : null;
    }

    private async Task<SnoozeRecord?> CurrentAsync(string subject, CancellationToken cancellationToken) =>
        await snoozes.FindAsync(subject, cancellationToken) is { } found && (found.Until is null || found.Until > pages.Today) ? found : null;

    /// <summary>
    /// Whether a form was posted by this service's own page, as far as the browser says. Without the link's signature no other page can
    /// make one that counts; this keeps out those that have got hold of a link.
    /// </summary>
    private bool IsFromHere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin"
        && (request.Headers.Origin.ToString() is var origin
            && (origin.Length == 0
                || origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
                || origin.Equals(options.PublicAddress?.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)));

    private static SnoozeLink LinkOf(Func<string, string> field) => new(field("subject"), field("expires"), field("signature"));

    /// <summary>Back to the page, so that loading it again posts nothing again.</summary>
    private static IResult Back(HttpRequest request, SnoozeLink link, string done)
    {
        request.HttpContext.Response.Headers.Location = Pages.QueryOf(link.Subject, link.Expires, link.Signature) + "&done=" + done;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static IResult Page(int status, SnoozeView view) => Html(status, SnoozePage.Render(view));

    private IResult Note(HttpRequest request, int status, string title, string text)
    {
        logger.Refuse(request, status, title);
        return Html(status, SnoozePage.RenderNote(title, text));
    }

    private static IResult Html(int status, string html) => Results.Content(html, "text/html", Encoding.UTF8, status);

    [LoggerMessage(Level = LogLevel.Information, Message = "alerts about '{Subject}' rest until {Until}, said {By}")]
    private partial void LogSnoozed(string subject, DateOnly? until, string by);

    [LoggerMessage(Level = LogLevel.Information, Message = "alerts about '{Subject}' are told again, said {By}")]
    private partial void LogWoken(string subject, string by);
}
