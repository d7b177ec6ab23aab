using Basewatch.Core.Alerts;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Notifications;

/// <summary>One place where people are told.</summary>
internal interface IChannel
{
    /// <summary>Sends a message whole.</summary>
    /// <exception cref="ChannelException">It was not taken.</exception>
    Task SendAsync(Message message, CancellationToken cancellationToken);
}
