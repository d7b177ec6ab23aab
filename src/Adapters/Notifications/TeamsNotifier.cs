using System.Net.Http.Headers;

using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Notifications;

/// <summary>
/// Posts cards to a webhook of Teams' Workflows. The webhook's address lets anyone post, so it is a secret: only its host is
/// ever named.
/// </summary>
public sealed class TeamsNotifier : INotifier
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Uri _webhook;
    private readonly TimeProvider _time;

    /// <summary>Creates the notifier.</summary>
    /// <param name="http">Should not log addresses.</param>
    /// <param name="webhook">HTTPS; plain HTTP only to this machine.</param>
    /// <param name="time">The clock.</param>
    public TeamsNotifier(HttpClient http, Uri webhook, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        (_http, _webhook, _time) = (http, webhook, time);
        if (!webhook.IsAbsoluteUri || (webhook.Scheme != Uri.UriSchemeHttps && !(webhook.Scheme == Uri.UriSchemeHttp && webhook.IsLoopback)))
        {
            throw new ArgumentException("the Teams webhook must be an https address; copy it whole from the workflow", nameof(webhook));
        }
    }

    /// <inheritdoc/>
    public async Task SendAsync(EndOfLifeAlert alert, CancellationToken cancellationToken)
    {
        var host = _webhook.IdnHost;
        using var deadline = new CancellationTokenSource(Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var content = new ByteArrayContent(EndOfLifeCard.Render(alert));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        using var request = new HttpRequestMessage(HttpMethod.Post, _webhook) { Content = content };
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            if (!response.IsSuccessStatusCode)
            {
                var status = (int)response.StatusCode;
                throw new NotifierException(host, $"the Teams webhook at {host} answered {status}: {Advice(status)}", Wait(response.Headers.RetryAfter));
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NotifierException(host, $"the Teams webhook at {host} did not answer within {Timeout.TotalSeconds:0} seconds", innerException: e);
        }
        catch (HttpRequestException e)
        {
            throw new NotifierException(host, $"the Teams webhook at {host} can't be reached ({e.HttpRequestError})", innerException: e);
        }
    }

    private static string Advice(int status) => status switch
    {
        400 => "it did not take the card",
        401 or 403 => "it may not be posted to; check the workflow's address and who may trigger it",
        404 or 410 => "the workflow is gone; make a new one and store its address",
        413 => "the card was too large for it",
        429 => "it was posted to too often",
        >= 500 => "it failed; it is tried again later",
        _ => "it did not take the message",
    };

    private TimeSpan? Wait(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
