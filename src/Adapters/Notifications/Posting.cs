using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Adapters.Connections;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Notifications;

/// <summary>
/// Posts to a webhook. Its address lets anyone post, so it is a secret: only its host is ever named.
/// </summary>
/// <param name="http">Follows no redirects, and does not log addresses.</param>
/// <param name="name">Of the channel.</param>
/// <param name="address">The webhook.</param>
/// <param name="time">The clock.</param>
internal sealed partial class Posting(HttpClient http, string name, Uri address, TimeProvider time)
{
    private const int LargestAnswer = 4096;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private string Host => address.IdnHost;

    private string What => $"the webhook of channel {name} at {Host}";

    /// <summary>Posts a body. Returning means that it was taken.</summary>
    /// <exception cref="ChannelException">It was not.</exception>
    public async Task PostAsync(ReadOnlyMemory<byte> body, string contentType, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType, "utf-8");
        foreach (var (header, value) in headers)
        {
            request.Headers.Add(header, value);
        }

        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var status = (int)response.StatusCode;
            if (!response.IsSuccessStatusCode)
            {
                throw Refused(status, $"answered {status}", Wait(response.Headers.RetryAfter));
            }

            // A connector of Office 365, which workflows have replaced, says 200 to whatever becomes of it.
            if (status == (int)HttpStatusCode.OK && Failure.Match(await ReadAsync(response.Content, both.Token)) is { Success: true } failure)
            {
                var inner = int.TryParse(failure.Groups["status"].ValueSpan, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
                throw Refused(inner ?? 500, $"answered 200, and that it failed{(inner is null ? "" : $" with {inner}")}", wait: null);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ChannelException(Host, $"{What} did not answer within {Timeout.TotalSeconds:0} seconds", innerException: e);
        }
        catch (HttpRequestException e) when (e.InnerException is ForbiddenAddressException forbidden)
        {
            throw new ChannelException(Host, $"{What} is at {forbidden.Address}, which is no public address: set AllowPrivate if that is meant", innerException: e) { IsPermanent = true };
        }
        catch (HttpRequestException e)
        {
            throw new ChannelException(Host, $"{What} can't be reached ({e.HttpRequestError})", innerException: e);
        }
        catch (IOException e) when (e is not ChannelException)
        {
            throw new ChannelException(Host, $"{What} broke off its answer", innerException: e);
        }
    }

    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[LargestAnswer];
        return Encoding.UTF8.GetString(bytes, 0, await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken));
    }

    /// <summary>What may be well the next time: the rest stays as it is until somebody changes something.</summary>
    private static bool IsPassing(int status) => status is 408 or 425 or 429 or >= 500;

    private ChannelException Refused(int status, string what, TimeSpan? wait) =>
        new(Host, $"{What} {what}: {Advice(status)}", wait) { IsPermanent = !IsPassing(status) };

    private static string Advice(int status) => status switch
    {
        >= 300 and < 400 => "it has moved; store its new address",
        400 => "it did not take the message",
        401 or 403 => "it may not be posted to; check its address, and who may trigger it",
        404 or 410 => "it is gone; make a new one and store its address",
        413 => "the message was too large for it",
        429 => "it was posted to too often",
        >= 500 => "it failed",
        _ => "it did not take the message",
    };

    private TimeSpan? Wait(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
    }

    [GeneratedRegex("(?i)(?:webhook message delivery failed|microsoft teams endpoint returned)(?:.{0,400}?http error (?<status>[0-9]{3}))?", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Failure { get; }
}
