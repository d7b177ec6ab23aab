using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Ports;

/// <summary>Tells people. Throws <see cref="NotifierException"/> when the message was not taken.</summary>
public interface INotifier
{
    /// <summary>Sends an alert. Returning means that the channel took it, which is all that can be known.</summary>
    Task SendAsync(EndOfLifeAlert alert, CancellationToken cancellationToken);
}

/// <summary>A channel did not take a message.</summary>
public sealed class NotifierException : IOException
{
    /// <summary>Creates the exception.</summary>
    public NotifierException(string host, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException) => (Host, RetryAfter) = (host, retryAfter);

    /// <summary>Host of the channel, never its address: that is a secret.</summary>
    public string Host { get; }

    /// <summary>How long the channel asks to wait, if it said.</summary>
    public TimeSpan? RetryAfter { get; }
}
