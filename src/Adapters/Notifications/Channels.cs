using Basewatch.Adapters.Connections;
using Basewatch.Core.Alerts;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Notifications;

/// <summary>The channels of the settings.</summary>
public sealed class Channels : IChannels, IDisposable
{
    private const int Connections = 4;

    private readonly Dictionary<string, IChannel> _channels = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<AddressScope, HttpClient> _clients = [];

    /// <summary>Creates the channels.</summary>
    /// <param name="settings">Valid ones.</param>
    /// <param name="publicAddress">Where this service is seen, if it is.</param>
    /// <param name="pages">Its pages.</param>
    /// <param name="time">The clock.</param>
    public Channels(IReadOnlyList<ChannelSettings> settings, Uri? publicAddress, IPages pages, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(pages);
        Names = [.. settings.Select(s => s.Name)];
        foreach (var channel in settings)
        {
            _channels.Add(channel.Name, channel.Kind switch
            {
                ChannelKind.Teams => new TeamsChannel(Posting(channel, time), pages, time),
                ChannelKind.Webhook => new WebhookChannel(Posting(channel, time), channel.Secret, publicAddress, time),
                ChannelKind.Markdown => new MarkdownFolder(channel.Name, channel.Folder!),
                _ => throw new ArgumentException($"the channel {channel.Name} has no kind", nameof(settings)),
            });
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <inheritdoc/>
    public Task SendAsync(string channel, Message message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(message);
        return _channels.TryGetValue(channel, out var found)
            ? found.SendAsync(message, cancellationToken)
            : throw new ChannelException(channel, $"the settings have no channel '{Core.Images.Excerpt.Of(channel)}'") { IsPermanent = true };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _channels.Values.OfType<IDisposable>().Concat(_clients.Values))
        {
            part.Dispose();
        }
    }

    private Posting Posting(ChannelSettings channel, TimeProvider time)
    {
        if (!_clients.TryGetValue(channel.Scope, out var client))
        {
            _clients.Add(channel.Scope, client = GuardedConnections.CreateClient(channel.Scope, Connections));
        }

        return new Posting(client, channel.Name, channel.Address!, time);
    }
}
