using Basewatch.Core.Jobs.State;

namespace Basewatch.Core.Jobs;

/// <summary>What people let rest: alerts about a subject, until a day or for good.</summary>
public sealed class Snoozes(Memory memory, TimeProvider time)
{
    /// <summary>A reason is cut to this many characters.</summary>
    public const int LongestReason = 500;

    /// <summary>A name is cut to this many characters.</summary>
    private const int LongestName = 200;

    /// <summary>Lets alerts about a subject rest, in place of what was said of it before.</summary>
    /// <param name="subject">What they are about: <c>python 3.8 eol 2024-10-07</c>. A date that moves makes another subject, which does not rest.</param>
    /// <param name="until">The first day on which they are told again; null: acknowledged, never again.</param>
    /// <param name="reason">Why, in that person's words.</param>
    /// <param name="by">Who, where a sign-in says so.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task PutAsync(string subject, DateOnly? until, string? reason, string? by, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        return memory.Snoozes.PutAsync(
            Memory.SnoozeKey(subject), new SnoozeRecord(subject, until, Cut(reason, LongestReason), Cut(by, LongestName), time.GetUtcNow()), cancellationToken);
    }

    /// <summary>Lets alerts about a subject be told again.</summary>
    /// <returns>False when it did not rest.</returns>
    public async Task<bool> WakeAsync(string subject, CancellationToken cancellationToken)
    {
        if (await FindAsync(subject, cancellationToken).ConfigureAwait(false) is null)
        {
            return false;
        }

        await memory.Snoozes.DeleteAsync(Memory.SnoozeKey(subject), cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>What was said of a subject; null when it does not rest. Its day may be past.</summary>
    public Task<SnoozeRecord?> FindAsync(string subject, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        return memory.Snoozes.GetAsync(Memory.SnoozeKey(subject), cancellationToken);
    }

    /// <summary>Everything that was let rest.</summary>
    public IAsyncEnumerable<SnoozeRecord> ListAsync(CancellationToken cancellationToken) => memory.ListSnoozesAsync(cancellationToken);

    private static string? Cut(string? text, int longest) =>
        string.IsNullOrWhiteSpace(text) ? null : text.Trim() is var trimmed && trimmed.Length <= longest ? trimmed : trimmed[..longest];
}
