using System.Collections.Concurrent;
using System.Text.Json;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Telemetry;
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
    ReviewAlertsProcessor reviewAlerts,
    AlertOutbox outbox,
    WayOutSweep waysOut,
    EstateCounter estate,
    ReviewRebuildsProcessor reviewRebuilds,
    ReviewVulnerabilitiesProcessor reviewVulnerabilities,
    ReviewRolloutsProcessor reviewRollouts,
    Leases leases,
    Memory memory,
    IJobQueue queue,
    TimeProvider time,
    ILogger<JobRunner> logger)
{
    /// <summary>
    /// A job that looks at everything hands what is left to another after this: before the Functions host ends it (<c>functionTimeout</c>
    /// in host.json), and before its message is taken for lost.
    /// </summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(7);

    /// <summary>What another instance is at work on is tried again after this.</summary>
    private static readonly TimeSpan PauseWhileBusy = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>Jobs about one repository, or one image, are done one after another, so that none undoes what another does.</summary>
    private readonly TurnTaking _turns = new();

    private readonly ConcurrentDictionary<Job, byte> _waiting = new();

    /// <summary>Does a job; one that has to wait is queued again. Throws <see cref="StateStoreException"/> and <see cref="JobQueueException"/>, and nothing else of the world's.</summary>
    public Task<JobOutcome> RunAsync(Job job, CancellationToken cancellationToken) => RunAsync(new JobMessage(job), cancellationToken);

    /// <inheritdoc cref="RunAsync(Job, CancellationToken)"/>
    /// <param name="message">The job, with what telemetry wants to know of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<JobOutcome> RunAsync(JobMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var job = message.Job;
        using var span = message.Begin();
        if (message.Due is { } due)
        {
            Instruments.NoteQueueAge(job.GetType().Name, time.GetUtcNow() - due);
        }

        var outcome = await RunInTurnAsync(job, cancellationToken).ConfigureAwait(false);
        JobMessage.End(span, outcome);
        return outcome;
    }

    private async Task<JobOutcome> RunInTurnAsync(Job job, CancellationToken cancellationToken)
    {
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

        if (!job.IsExclusive)
        {
            return await RunAsync(job, failure, CancellationToken.None, cancellationToken).ConfigureAwait(false);
        }

        if (await leases.TryTakeAsync(job.Subject, cancellationToken).ConfigureAwait(false) is not { } lease)
        {
            // A new message: waiting is no failed delivery of this one.
            LogBusy(job);
            await queue.EnqueueAsync(job, PauseWhileBusy, cancellationToken).ConfigureAwait(false);
            return JobOutcome.Done;
        }

        await using (lease.ConfigureAwait(false))
        {
            return await RunAsync(job, failure, lease.Lost, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Notes a job that was handed out too often and never came to an end. It is not done again before something asks for it.</summary>
    public async Task GiveUpAsync(Job job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        Instruments.NoteGivenUp(job.GetType().Name);
        LogGivenUp(job);
        var key = Memory.FailureKey(job);
        var times = (await memory.Failures.GetAsync(key, cancellationToken).ConfigureAwait(false))?.Times ?? 0;
        await memory.Failures.PutAsync(key, new FailureRecord(job.ToJson(), "given up: it was begun several times and never came to an end", time.GetUtcNow(), times + 1, null), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="GiveUpAsync(Job, CancellationToken)"/>
    /// <param name="message">A message that was put aside; it may be anything.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task GiveUpAsync(string message, CancellationToken cancellationToken)
    {
        Job job;
        try
        {
            job = Job.FromJson(message);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // What it holds stays out of the log.
            LogNoJob(e.GetType().Name);
            return;
        }

        await GiveUpAsync(job, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JobOutcome> RunAsync(Job job, FailureRecord? failure, CancellationToken lost, CancellationToken cancellationToken)
    {
        var key = Memory.FailureKey(job);
        var now = time.GetUtcNow();
        var begun = time.GetTimestamp();
        var outcome = await TryAsync(job, lost, cancellationToken).ConfigureAwait(false) switch
        {
            JobPostponed early => Postponed(early.After, early.Reason),
            var other => other,
        };
        Instruments.NoteJob(job.GetType().Name, JobMessage.NameOf(outcome), time.GetElapsedTime(begun));
        var times = failure?.Times ?? 0;
        var since = failure is null ? now : failure.Since ?? failure.At;
        switch (outcome)
        {
            case JobPostponed postponed:
                LogPostponed(job, postponed.After.TotalSeconds, postponed.Reason);
                await memory.Failures.PutAsync(key, new FailureRecord(job.ToJson(), postponed.Reason, now, times, now + postponed.After, since), cancellationToken).ConfigureAwait(false);

                // A new message: waiting for a rate limit is no failed delivery of this one.
                await queue.EnqueueAsync(job, postponed.After, cancellationToken).ConfigureAwait(false);
                break;
            case JobFailed failed:
                LogFailed(job, failed.Reason);
                await memory.Failures.PutAsync(key, new FailureRecord(job.ToJson(), failed.Reason, now, times + 1, job is Reconcile ? now + Backoff(times) : null, since), cancellationToken).ConfigureAwait(false);
                break;
            case JobUnfinished unfinished:
                LogUnfinished(job);
                await queue.EnqueueAsync(unfinished.Rest, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                break;
            default:
                LogDone(job);
                if (failure is not null)
                {
                    await memory.Failures.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
                }

                break;
        }

        await NoteRunAsync(job, now, outcome, cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Of a loop people want to know when it ran last.</summary>
    private async Task NoteRunAsync(Job job, DateTimeOffset startedAt, JobOutcome outcome, CancellationToken cancellationToken)
    {
        if (job is not (FindRepositories or RefreshImages or ReviewLifecycles or ReviewAlerts or ReviewPullRequests or ReviewRebuilds { Image: null, IsFollowing: null }))
        {
            return;
        }

        var loop = job.GetType().Name;
        var problem = outcome switch { JobPostponed p => p.Reason, JobFailed f => f.Reason, _ => null };
        var now = time.GetUtcNow();
        var doneAt = problem is null ? now : (await memory.Runs.GetAsync(Memory.RunKey(loop), cancellationToken).ConfigureAwait(false))?.DoneAt;
        await memory.Runs.PutAsync(Memory.RunKey(loop), new RunRecord(loop, startedAt, now, problem, doneAt), cancellationToken).ConfigureAwait(false);
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

    private async Task<JobOutcome> TryAsync(Job job, CancellationToken lost, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stop);
        var cancellationToken = either.Token;
        var deadline = new Deadline(time, LongestLook);
        try
        {
            return job switch
            {
                FindRepositories j => await findRepositories.RunAsync(j.From ?? 0, deadline, cancellationToken).ConfigureAwait(false),
                TakeInventory j => RepositoryName.TryParse(j.Repository, out var name)
                    ? await takeInventory.RunAsync(name, j.ChangeToken, cancellationToken).ConfigureAwait(false)
                    : new JobFailed($"'{Excerpt.Of(j.Repository)}' is no repository"),
                ForgetRepository j => RepositoryName.TryParse(j.Repository, out var name)
                    ? await takeInventory.ForgetAsync(name, cancellationToken).ConfigureAwait(false)
                    : new JobFailed($"'{Excerpt.Of(j.Repository)}' is no repository"),
                RefreshImages j => await refreshImages.RunAsync(j.After, deadline, cancellationToken).ConfigureAwait(false),
                RefreshImage j => ImageName.TryParse(j.Image, out var image, out var error)
                    ? await refreshImages.RunAsync(image, cancellationToken).ConfigureAwait(false)
                    : new JobFailed(error),
                Reconcile j => RepositoryName.TryParse(j.Repository, out var name)
                    ? await reconcile.RunAsync(name, cancellationToken).ConfigureAwait(false)
                    : new JobFailed($"'{Excerpt.Of(j.Repository)}' is no repository"),
                ReviewPullRequests j => await ReviewPullRequestsAsync(j, deadline, cancellationToken).ConfigureAwait(false),
                ReviewLifecycles j => await ReviewLifecyclesAsync(j, cancellationToken).ConfigureAwait(false),
                ReviewAlerts => await ReviewAlertsAsync(cancellationToken).ConfigureAwait(false),
                ReviewVulnerabilities => await reviewVulnerabilities.RunAsync(cancellationToken).ConfigureAwait(false),
                ReviewRollouts j => await reviewRollouts.RunAsync(j, cancellationToken).ConfigureAwait(false),
                ReviewRebuilds j => await reviewRebuilds.RunAsync(j, cancellationToken).ConfigureAwait(false),
                DeliverAlerts j => await outbox.DeliverAsync(j.Channel, cancellationToken).ConfigureAwait(false),
                _ => new JobFailed($"there is no processor for {job.GetType().Name}"),
            };
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new JobPostponed(PauseWhileBusy, "the right to work on it alone was lost: the state store was out of reach, or the process stood still");
        }
        catch (RegistryException e)
        {
            return e.RetryAfter is { } wait ? new JobPostponed(wait, e.Message) : new JobFailed(e.Message);
        }
        catch (RepositoryHostException e)
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

    /// <summary>What is to be told, and before that where to look for ways out.</summary>
    private async Task<JobOutcome> ReviewLifecyclesAsync(ReviewLifecycles job, CancellationToken cancellationToken)
    {
        if (job.WhenCalm != true)
        {
            await waysOut.RunAsync(cancellationToken).ConfigureAwait(false);
            await queue.EnqueueAsync(new ReviewVulnerabilities(), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        return await reviewLifecycles.RunAsync(job.WhenCalm ?? false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What happened to pull requests, and with that how rollouts do.</summary>
    private async Task<JobOutcome> ReviewPullRequestsAsync(ReviewPullRequests job, Deadline deadline, CancellationToken cancellationToken)
    {
        if (job.After is null)
        {
            await queue.EnqueueAsync(new ReviewRollouts(), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        return await reviewPullRequests.RunAsync(job.After, deadline, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is to be told, and before that how much there is of everything.</summary>
    private async Task<JobOutcome> ReviewAlertsAsync(CancellationToken cancellationToken)
    {
        await estate.CountAsync(cancellationToken).ConfigureAwait(false);
        return await reviewAlerts.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static JobPostponed Postponed(TimeSpan wait, string reason) =>
        new(wait < ShortestPause ? ShortestPause : wait > LongestPause ? LongestPause : wait, reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "done: {Job}")]
    private partial void LogDone(Job job);

    [LoggerMessage(Level = LogLevel.Debug, Message = "another instance is at work on it: {Job}")]
    private partial void LogBusy(Job job);

    [LoggerMessage(Level = LogLevel.Information, Message = "goes on in another job: {Job}")]
    private partial void LogUnfinished(Job job);

    [LoggerMessage(Level = LogLevel.Error, Message = "given up, after it was begun several times and never came to an end: {Job}")]
    private partial void LogGivenUp(Job job);

    [LoggerMessage(Level = LogLevel.Error, Message = "given up: a message that is no job ({Reason})")]
    private partial void LogNoJob(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "not before {NotBefore}: {Job}")]
    private partial void LogTooEarly(Job job, DateTimeOffset notBefore);

    [LoggerMessage(Level = LogLevel.Warning, Message = "postponed by {Seconds} s: {Job}: {Reason}")]
    private partial void LogPostponed(Job job, double seconds, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "a defect of Basewatch: {Job}")]
    private partial void LogDefect(Job job, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed: {Job}: {Reason}")]
    private partial void LogFailed(Job job, string reason);
}
