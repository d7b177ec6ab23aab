using System.Collections.Concurrent;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Does jobs, one after another as they are given to it. Failures of the world end here: each becomes an outcome, is
/// remembered, and is told; none stops another job.
/// </summary>
public sealed partial class JobRunner(
    FindRepositoriesProcessor findRepositories,
    TakeInventoryProcessor takeInventory,
    RefreshImagesProcessor refreshImages,
    ReconcileProcessor reconcile,
    ReviewLifecyclesProcessor reviewLifecycles,
    ReviewPullRequestsProcessor reviewPullRequests,
    Memory memory,
    IJobQueue queue,
    TimeProvider time,
    ILogger<JobRunner> logger)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>Jobs about one repository, or one image, are done one after another, so that none undoes what another does.</summary>
    private readonly TurnTaking _turns = new();

    private readonly ConcurrentDictionary<Job, byte> _waiting = new();

    /// <summary>Does a job; one that has to wait is queued again. Throws <see cref="StateStoreException"/> and <see cref="JobQueueException"/>, and nothing else of the world's.</summary>
    public async Task<JobOutcome> RunAsync(Job job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);

        if (!_waiting.TryAdd(job, 0))
        {
            // The same job waits for its turn and has not begun: it will see all that this one would.
            return JobOutcome.Done;
        }

        // What is noted of a job belongs to its turn: the note of an earlier job must not come after that of a later one.
        using var turn = await TakeTurnAsync(job, cancellationToken).ConfigureAwait(false);
        var key = Memory.FailureKey(job);
        var failure = await memory.Failures.GetAsync(key, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        if (failure?.NotBefore > now)
        {
            // Queued again, one for one: the message that waits for this moment may be this very one, or lost with a process.
            LogTooEarly(job, failure.NotBefore.Value);
            await queue.EnqueueAsync(job, failure.NotBefore.Value - now, cancellationToken).ConfigureAwait(false);
            return JobOutcome.Done;
        }

        var outcome = await TryAsync(job, cancellationToken).ConfigureAwait(false) switch
        {
            JobPostponed early => Postponed(early.After, early.Reason),
            var other => other,
        };
        var times = failure?.Times ?? 0;
        switch (outcome)
        {
            case JobPostponed postponed:
                LogPostponed(job, postponed.After.TotalSeconds, postponed.Reason);
                await memory.Failures.PutAsync(key, new FailureRecord(job.ToJson(), postponed.Reason, now, times, now + postponed.After), cancellationToken).ConfigureAwait(false);

                // A new message: waiting for a rate limit is no failed delivery of this one.
                await queue.EnqueueAsync(job, postponed.After, cancellationToken).ConfigureAwait(false);
                break;
            case JobFailed failed:
                LogFailed(job, failed.Reason);
                await memory.Failures.PutAsync(key, new FailureRecord(job.ToJson(), failed.Reason, now, times + 1, job is Reconcile ? now + Backoff(times) : null), cancellationToken).ConfigureAwait(false);
                break;
            default:
                LogDone(job);
                if (failure is not null)
                {
                    await memory.Failures.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
                }

                break;
        }

        return outcome;
    }

    /// <summary>A pull request that is refused costs writes each time: a minute, then twice as long each time, up to an hour.</summary>
    private static TimeSpan Backoff(int times)
    {
        var wait = TimeSpan.FromMinutes(Math.Pow(2, Math.Min(times, 10)));
        return wait < LongestPause ? wait : LongestPause;
    }

    private async Task<IDisposable> TakeTurnAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            return await _turns.TakeAsync(job.Subject, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(job, out _);
        }
    }

    private async Task<JobOutcome> TryAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            return job switch
            {
                FindRepositories => await findRepositories.RunAsync(cancellationToken).ConfigureAwait(false),
                TakeInventory j => RepositoryName.TryParse(j.Repository, out var name)
                    ? await takeInventory.RunAsync(name, j.ChangeToken, cancellationToken).ConfigureAwait(false)
                    : new JobFailed($"'{Excerpt.Of(j.Repository)}' is no repository"),
                ForgetRepository j => RepositoryName.TryParse(j.Repository, out var name)
                    ? await takeInventory.ForgetAsync(name, cancellationToken).ConfigureAwait(false)
                    : new JobFailed($"'{Excerpt.Of(j.Repository)}' is no repository"),
                RefreshImages => await refreshImages.RunAsync(cancellationToken).ConfigureAwait(false),
                RefreshImage j => ImageName.TryParse(j.Image, out var image, out var error)
                    ? await refreshImages.RunAsync(image, cancellationToken).ConfigureAwait(false)
                    : new JobFailed(error),
                Reconcile j => RepositoryName.TryParse(j.Repository, out var name)
                    ? await reconcile.RunAsync(name, cancellationToken).ConfigureAwait(false)
                    : new JobFailed($"'{Excerpt.Of(j.Repository)}' is no repository"),
                ReviewPullRequests => await reviewPullRequests.RunAsync(cancellationToken).ConfigureAwait(false),
                ReviewLifecycles j => await reviewLifecycles.RunAsync(j.Image, cancellationToken).ConfigureAwait(false),
                _ => new JobFailed($"there is no processor for {job.GetType().Name}"),
            };
        }
        catch (RegistryException e)
        {
            return e.RetryAfter is { } wait ? new JobPostponed(wait, e.Message) : new JobFailed(e.Message);
        }
        catch (RepositoryHostException e)
        {
            return e.RetryAfter is { } wait ? new JobPostponed(wait, e.Message) : new JobFailed(e.Message);
        }
        catch (NotifierException e)
        {
            return e.RetryAfter is { } wait ? new JobPostponed(wait, e.Message) : new JobFailed(e.Message);
        }
        catch (LifecycleCatalogException e)
        {
            return new JobFailed(e.Message);
        }
        catch (Exception e) when (e is not (OperationCanceledException or StateStoreException or JobQueueException))
        {
            // A defect of ours, met by some odd file or answer. It must not stop the jobs of others, and must be seen.
            LogDefect(job, e);
            return new JobFailed($"unexpected: {e.GetType().Name}: {Excerpt.Of(e.Message)}");
        }
    }

    private static JobPostponed Postponed(TimeSpan wait, string reason) =>
        new(wait < ShortestPause ? ShortestPause : wait > LongestPause ? LongestPause : wait, reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "done: {Job}")]
    private partial void LogDone(Job job);

    [LoggerMessage(Level = LogLevel.Debug, Message = "not before {NotBefore}: {Job}")]
    private partial void LogTooEarly(Job job, DateTimeOffset notBefore);

    [LoggerMessage(Level = LogLevel.Warning, Message = "postponed by {Seconds} s: {Job}: {Reason}")]
    private partial void LogPostponed(Job job, double seconds, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "a defect of Basewatch: {Job}")]
    private partial void LogDefect(Job job, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed: {Job}: {Reason}")]
    private partial void LogFailed(Job job, string reason);
}
