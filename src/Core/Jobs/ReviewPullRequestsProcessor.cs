using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Looks whether people or checks did something to open pull requests: one request for each repository that has some. Those that moved are reconciled.</summary>
public sealed partial class ReviewPullRequestsProcessor(IRepositoryHost host, Memory memory, PendingRepositories pending, PauseSwitch pauses, ILogger<ReviewPullRequestsProcessor> logger)
{
    /// <summary>The most closed ones of a repository that are looked at.</summary>
    private const int MostClosed = 10;

    /// <summary>Marks each repository whose pull requests moved, of all or of those after one.</summary>
    public async Task<JobOutcome> RunAsync(string? after, Deadline deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        if (await pauses.FindAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            return JobOutcome.Done;
        }

        // By the names that the store has them in order of.
        var reviews = memory.ListReviewsAsync(cancellationToken).Where(r => after is null || string.CompareOrdinal(r.Repository.ToLowerInvariant(), after) > 0);
        RepositoryHostException? refusal = null;
        var (isWhole, last) = await deadline.ForEachAsync(
            reviews,
            async (review, token) =>
            {
                var repository = RepositoryName.Parse(review.Repository);
                try
                {
                    if (refusal is null && await HasMovedAsync(repository, review, token).ConfigureAwait(false))
                    {
                        await pending.AddAsync(repository, "its pull requests moved", token).ConfigureAwait(false);
                    }
                }
                catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound)
                {
                    await memory.Reviews.DeleteAsync(Memory.ReviewKey(repository), token).ConfigureAwait(false);
                }
                catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.RateLimited)
                {
                    refusal = e;
                }
                catch (RepositoryHostException e)
                {
                    LogFailed(repository, e.Message);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return refusal is not null ? throw refusal
            : isWhole ? JobOutcome.Done
            : new JobUnfinished(new ReviewPullRequests(last!.Repository.ToLowerInvariant()));
    }

    /// <summary>Names what open pull requests are like.</summary>
    internal static string Describe(IEnumerable<PullRequest> open) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', open
        .OrderBy(p => p.Number)
        .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Number} {p.UpdatedAt?.UtcTicks} {p.HeadCommit} {p.Base} {string.Join(',', p.Labels)}"))))).Hex[..16];

    private async Task<bool> HasMovedAsync(RepositoryName repository, ReviewRecord review, CancellationToken cancellationToken)
    {
        var open = await host.ListOpenPullRequestsAsync(repository, ChangeSet.BranchPrefix, cancellationToken).ConfigureAwait(false);
        if (review.IsWaiting || Describe(open) != review.Seen)
        {
            return true;
        }

        foreach (var key in review.Closed.Take(MostClosed))
        {
            var record = await memory.PullRequests.GetAsync(Memory.PullRequestKey(repository, key), cancellationToken).ConfigureAwait(false);
            var pulls = await host.FindPullRequestsAsync(repository, ChangeSet.BranchPrefix + key, cancellationToken).ConfigureAwait(false);
            if (record is not null && pulls.FirstOrDefault(p => p.Number == record.Number) is { } closed && closed.UpdatedAt != record.SeenAt)
            {
                return true;
            }
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: its pull requests could not be looked at: {Reason}")]
    private partial void LogFailed(RepositoryName repository, string reason);
}
