using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>How the service is doing, for people and scripts.</summary>
/// <param name="Repositories">Repositories that were read.</param>
/// <param name="Uses">Uses in them.</param>
/// <param name="Images">Distinct images in use.</param>
/// <param name="Pending">Repositories that wait to be reconciled; not those whose schedule is closed.</param>
/// <param name="Unreachable">Images whose registry did not answer the last time.</param>
/// <param name="Alerts">Messages that channels took.</param>
/// <param name="Delivery">What else there is to say of them: what waits, what was given up, what rests.</param>
/// <param name="Failures">What failed and has not been done since, the newest first; at most a hundred.</param>
/// <param name="Catalog">Where ends of life are known from; null where nothing is known yet.</param>
/// <param name="Pause">Since when and why nothing is written to any repository; null: it goes on.</param>
public sealed record StatusReport(int Repositories, int Uses, int Images, int Pending, int Unreachable, int Alerts, AlertStatus Delivery, IReadOnlyList<FailureRecord> Failures, CatalogReport? Catalog, PauseRecord? Pause)
{
    private const int MostFailures = 100;

    /// <summary>Counts what is remembered.</summary>
    public static async Task<StatusReport> ReadAsync(Memory memory, PauseSwitch pauses, ILifecycleCatalog lifecycles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(pauses);
        ArgumentNullException.ThrowIfNull(lifecycles);
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
            await memory.ListChannelsAsync(cancellationToken).Select(c => c.Sent).SumAsync(cancellationToken).ConfigureAwait(false),
            await AlertStatus.ReadAsync(memory, cancellationToken).ConfigureAwait(false),
            [.. failures.OrderByDescending(f => f.At).Take(MostFailures)],
            await lifecycles.FindKeptAsync(cancellationToken).ConfigureAwait(false) is { } catalog ? new CatalogReport(catalog.AsOf, catalog.CheckedAt, catalog.Problem, catalog.Products.Count) : null,
            await pauses.FindAsync(cancellationToken).ConfigureAwait(false));
    }
}

/// <summary>How messages about alerts are doing.</summary>
/// <param name="Waiting">How many are on their way.</param>
/// <param name="Dead">Those that were given up; at most a hundred.</param>
/// <param name="Resting">What people let rest.</param>
/// <param name="Problems">What is wrong with routes and channels, a sentence each.</param>
/// <param name="Untaken">Places near or past an end of life that no route takes.</param>
public sealed record AlertStatus(int Waiting, IReadOnlyList<DeadMessage> Dead, IReadOnlyList<SnoozeRecord> Resting, IReadOnlyList<string> Problems, int Untaken)
{
    private const int MostDead = 100;

    /// <summary>Counts what is remembered.</summary>
    internal static async Task<AlertStatus> ReadAsync(Memory memory, CancellationToken cancellationToken)
    {
        var onTheirWay = await memory.ListOutboxAsync(cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var notes = await memory.ListAlertNotesAsync(cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        return new AlertStatus(
            onTheirWay.Count(o => o.State != OutboxState.Dead),
            [.. onTheirWay.Where(o => o.State == OutboxState.Dead).OrderByDescending(o => o.At).Take(MostDead).Select(o => new DeadMessage(o.Id, o.Channel, o.Title, o.Host, o.Problem, o.Attempts, o.At))],
            await memory.ListSnoozesAsync(cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false),
            [.. notes.SelectMany(n => n.Problems)],
            notes.Sum(n => n.Untaken));
    }
}

/// <summary>A message that its channel did not take for a day.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Title">Its title.</param>
/// <param name="Host">Host of the channel; null where it was not asked.</param>
/// <param name="Reason">Why it was not taken the last time.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="At">When it was written.</param>
public sealed record DeadMessage(string Id, string Channel, string Title, string? Host, string? Reason, int Attempts, DateTimeOffset At);

/// <summary>The catalogue of lifecycles that is in use.</summary>
/// <param name="AsOf">When it was made.</param>
/// <param name="CheckedAt">When its source last said that it is the newest; null for a file.</param>
/// <param name="Problem">Why a newer one could not be had; null: it is the newest.</param>
/// <param name="Products">How many products it has.</param>
public sealed record CatalogReport(DateTimeOffset AsOf, DateTimeOffset? CheckedAt, string? Problem, int Products);

/// <summary>What is remembered of one repository.</summary>
/// <param name="Repository">Its record.</param>
/// <param name="PullRequests">Its pull requests, by key.</param>
/// <param name="Ignored">What people said that it does not want.</param>
public sealed record RepositoryReport(RepositoryRecord Repository, IReadOnlyList<PullRequestRecord> PullRequests, IReadOnlyList<RefusalRecord> Ignored);
