using Basewatch.Core.Alerts;

namespace Basewatch.Core.Ports;

/// <summary>Where people are told, each by the name that the settings give it: a Teams channel, a webhook, a folder of Markdown.</summary>
public interface IChannels
{
    /// <summary>The names of all, in the order of the settings.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>
    /// Sends a message. Returning means that the channel took all its parts, which is all that can be known: Teams answers before
    /// anything is posted.
    /// </summary>
    /// <param name="channel">One of <see cref="Names"/>.</param>
    /// <param name="message">What to say.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ChannelException">It was not taken.</exception>
    Task SendAsync(string channel, Message message, CancellationToken cancellationToken);
}

/// <summary>A channel did not take a message.</summary>
public sealed class ChannelException : IOException
{
    /// <summary>Creates the exception.</summary>
    public ChannelException(string host, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException) => (Host, RetryAfter) = (host, retryAfter);

    /// <summary>Host of the channel, never its address: that is a secret.</summary>
    public string Host { get; }

    /// <summary>How long the channel asks to wait, if it said.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether trying again is no use before somebody changes the settings or the channel: its workflow is gone, say.</summary>
    public bool IsPermanent { get; init; }
}
