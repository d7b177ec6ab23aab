using Basewatch.Core.Jobs.State;

namespace Basewatch.Core.Jobs;

/// <summary>How the service is doing, for people and scripts.</summary>
/// <param name="Repositories">Repositories that were read.</param>
/// <param name="Uses">Uses in them.</param>
/// <param name="Images">Distinct images in use.</param>
/// <param name="Pending">Repositories that wait to be reconciled; not those whose schedule is closed.</param>
/// <param name="Unreachable">Images whose registry did not answer the last time.</param>
/// <param name="Alerts">Alerts that were sent.</param>
/// <param name="Failures">What failed and has not been done since, the newest first; at most a hundred.</param>
/// <param name="Pause">Since when and why nothing is written to any repository; null: it goes on.</param>
public sealed record StatusReport(int Repositories, int Uses, int Images, int Pending, int Unreachable, int Alerts, IReadOnlyList<FailureRecord> Failures, PauseRecord? Pause)
{
    private const int MostFailures = 100;

    /// <summary>Counts what is remembered.</summary>
    public static async Task<StatusReport> ReadAsync(Memory memory, PauseSwitch pauses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(pauses);
        int repositories = 0, uses = 0, images = 0, unreachable = 0;
        await foreach (var repository in memory.ListRepositoriesAsync(cancellationToken).ConfigureAwait(false))
        {
            repositories++;
            uses += repository.Uses;
        }

        await foreach (var image in memory.ListImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            images++;
            unreachable += image.Problem is null ? 0 : 1;
        }

        var failures = new List<FailureRecord>();
        await foreach (var failure in memory.ListFailuresAsync(cancellationToken).ConfigureAwait(false))
        {
            failures.Add(failure);
        }

        return new StatusReport(
            repositories,
            uses,
            images,
            await memory.ListPendingAsync(cancellationToken).Where(p => p.NotBefore is null).CountAsync(cancellationToken).ConfigureAwait(false),
            unreachable,
            await memory.ListAlertsAsync(cancellationToken).CountAsync(a => a.SentAt is not null, cancellationToken).ConfigureAwait(false),
            [.. failures.OrderByDescending(f => f.At).Take(MostFailures)],
            await pauses.FindAsync(cancellationToken).ConfigureAwait(false));
    }
}

/// <summary>What is remembered of one repository.</summary>
/// <param name="Repository">Its record.</param>
/// <param name="PullRequests">Its pull requests, by key.</param>
/// <param name="Ignored">What people said that it does not want.</param>
public sealed record RepositoryReport(RepositoryRecord Repository, IReadOnlyList<PullRequestRecord> PullRequests, IReadOnlyList<RefusalRecord> Ignored);
