using System.Collections.Concurrent;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.GitHub;

/// <summary>
/// Keeps each account below GitHub's limits for what makes content, and quiet while it was asked to be. Only what this
/// process sends is counted. <see href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"/>
/// </summary>
internal sealed class GitHubBudget(string host, TimeProvider time)
{
    // GitHub allows 80 and 500, and counts what people do by the same account too.
    private const int MostAMinute = 60;
    private const int MostAnHour = 400;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Account> _accounts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Waits for a few seconds where that is enough, and counts a request that is about to be sent.</summary>
    /// <param name="account">Whose limits it counts for.</param>
    /// <param name="content">Whether it makes content.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RepositoryHostException">It would take longer; says how long.</exception>
    public async ValueTask SpendAsync(string account, ContentKind content, CancellationToken cancellationToken)
    {
        var spent = _accounts.GetOrAdd(account, _ => new Account());
        while (true)
        {
            TimeSpan wait;
            bool isPaused;
            lock (spent)
            {
                (wait, isPaused) = Wait(spent, content, time.GetUtcNow());
                if (wait <= TimeSpan.Zero)
                {
                    if (content != ContentKind.None)
                    {
                        spent.Made.Enqueue(time.GetUtcNow());
                    }

                    return;
                }
            }

            if (wait > LongestWait)
            {
                throw new RepositoryHostException(
                    host,
                    RepositoryHostFailure.RateLimited,
                    isPaused
                        ? $"{host} takes no more requests for {wait.TotalSeconds:0} s: its rate limit is used up"
                        : $"{host} would take no more: up to {MostAMinute} pull requests and comments are made a minute, and {MostAnHour} an hour; the next in {wait.TotalSeconds:0} s",
                    wait);
            }

            await Task.Delay(wait, time, cancellationToken);
        }
    }

    /// <summary>GitHub asks an account to wait: whoever goes on is shut out for longer.</summary>
    public void Pause(string account, TimeSpan wait)
    {
        var spent = _accounts.GetOrAdd(account, _ => new Account());
        lock (spent)
        {
            var until = time.GetUtcNow() + wait;
            spent.PausedUntil = until > spent.PausedUntil ? until : spent.PausedUntil;
        }
    }

    private static (TimeSpan Wait, bool IsPaused) Wait(Account spent, ContentKind content, DateTimeOffset now)
    {
        if (spent.PausedUntil > now)
        {
            return (spent.PausedUntil - now, true);
        }

        while (spent.Made.TryPeek(out var oldest) && now - oldest >= Hour)
        {
            spent.Made.Dequeue();
        }

        if (content != ContentKind.Begun)
        {
            return default;
        }

        if (spent.Made.Count >= MostAnHour)
        {
            return (spent.Made.Peek() + Hour - now, false);
        }

        return spent.Made.Count >= MostAMinute
            ? (spent.Made.ElementAt(spent.Made.Count - MostAMinute) + Minute - now, false)
            : default;
    }

    private sealed class Account
    {
        /// <summary>When content was made, in the last hour.</summary>
        public Queue<DateTimeOffset> Made { get; } = new();

        public DateTimeOffset PausedUntil { get; set; } = DateTimeOffset.MinValue;
    }
}

/// <summary>What a request makes that people are told of.</summary>
internal enum ContentKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A pull request, an issue, a comment: it can wait.</summary>
    Begun,

    /// <summary>What belongs to a pull request that was just opened: it counts, and does not wait, for it would never be made up for.</summary>
    Added,
}
