using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Alerts;

namespace Basewatch.Adapters.Notifications;

/// <summary>
/// An address that takes CloudEvents (<see href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md"/>). With a secret,
/// events are signed as Standard Webhooks says (<see href="https://www.standardwebhooks.com/"/>).
/// </summary>
internal sealed class WebhookChannel(Posting webhook, string? secret, Uri? publicAddress, TimeProvider time) : IChannel
{
    private readonly byte[]? _key = secret is null ? null : ChannelSettings.KeyOf(secret);

    /// <inheritdoc/>
    public Task SendAsync(Message message, CancellationToken cancellationToken)
    {
        var body = AlertEvent.Render(message, publicAddress?.AbsoluteUri ?? AlertEvent.DefaultSource);
        return webhook.PostAsync(body, AlertEvent.ContentType, _key is null ? [] : Signature(message.Id, time.GetUtcNow(), body, _key), cancellationToken);
    }

    /// <summary>The headers that a receiver checks.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Signature(string messageId, DateTimeOffset at, ReadOnlySpan<byte> body, byte[] key)
    {
        // An event's id may be any text; this one is the same for the same event, and fits into a header.
        var id = "msg_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(messageId)))[..32];
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return
        [
            new("webhook-id", id),
            new("webhook-timestamp", timestamp),
            new("webhook-signature", "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed))),
        ];
    }
}
