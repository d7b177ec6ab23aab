using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>How much may be written to repositories of one owner, by all workers together: pull requests and comments.</summary>
/// <param name="PerMinute">GitHub takes 80 (docs.github.com, "Rate limits for the REST API": content-generating requests).</param>
/// <param name="PerHour">GitHub takes 500.</param>
public sealed record ContentLimits(int PerMinute = 60, int PerHour = 400)
{
    /// <summary>As much as there is.</summary>
    public static ContentLimits None { get; } = new(int.MaxValue, int.MaxValue);
}

/// <summary>Keeps to <see cref="ContentLimits"/>. What was taken and not used is lost, which harms nothing.</summary>
public sealed class ContentBudget(Memory memory, ContentLimits limits, TimeProvider time)
{
    private const int Hour = 60;

    private const int MostTries = 20;

    /// <summary>Takes room for one thing.</summary>
    /// <returns>Null when it is taken; else when there may be room.</returns>
    public async Task<DateTimeOffset?> TakeAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (limits == ContentLimits.None)
        {
            return null;
        }

        var key = Memory.ContentKey(repository);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var (record, version) = await memory.Contents.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            var minutes = (record?.Minutes ?? new Dictionary<long, int>()).Where(m => m.Key > minute - Hour).ToDictionary();

            // With the minute before, so that no sixty seconds across the two have more.
            if (minutes.GetValueOrDefault(minute) + minutes.GetValueOrDefault(minute - 1) >= limits.PerMinute)
            {
                return At(minutes.GetValueOrDefault(minute) >= limits.PerMinute ? minute + 2 : minute + 1);
            }

            if (minutes.Values.Sum() >= limits.PerHour)
            {
                return At(minutes.Keys.Min() + Hour);
            }

            minutes[minute] = minutes.GetValueOrDefault(minute) + 1;
            if (await memory.Contents.TryPutAsync(key, new ContentRecord(minutes), version, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
        }

        return time.GetUtcNow() + TimeSpan.FromMinutes(1);

        static DateTimeOffset At(long minute) => DateTimeOffset.FromUnixTimeSeconds(minute * 60);
    }
}
