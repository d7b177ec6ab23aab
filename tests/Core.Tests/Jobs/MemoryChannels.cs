using Basewatch.Core.Alerts;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Remembers what people were told.</summary>
internal sealed class MemoryChannels(params string[] names) : IChannels
{
    public IReadOnlyList<string> Names { get; } = names.Length == 0 ? ["teams"] : names;

    /// <summary>What was taken, in order.</summary>
    public List<(string Channel, Message Message)> Taken { get; } = [];

    /// <summary>What was taken, each message once.</summary>
    public IEnumerable<Message> Messages => Taken.Select(t => t.Message).DistinctBy(m => m.Id);

    /// <summary>Channels that take nothing.</summary>
    public HashSet<string> Down { get; } = new(StringComparer.Ordinal);

    /// <summary>How long a channel that is down asks to wait.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>Whether a channel that is down stays so until somebody changes something.</summary>
    public bool IsPermanent { get; set; }

    /// <summary>Every attempt.</summary>
    public int Attempts { get; private set; }

    public Task SendAsync(string channel, Message message, CancellationToken cancellationToken)
    {
        Attempts++;
        if (Down.Contains(channel))
        {
            throw new ChannelException($"{channel}.example", "the channel is down", RetryAfter) { IsPermanent = IsPermanent };
        }

        Taken.Add((channel, message));
        return Task.CompletedTask;
    }
}
