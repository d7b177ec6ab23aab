using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Finds out what the registries hold of the images in use, each asked once however many use it.</summary>
public sealed partial class RefreshImagesProcessor(Memory memory, ImageBook images, IJobQueue queue, PendingRepositories pending, EvidenceBook evidence, RegistryPauses pauses, ILogger<RefreshImagesProcessor> logger)
{
    /// <summary>Messages and marks on the way at a time: an image may have thousands of users.</summary>
    private const int Parallel = 16;

    /// <summary>Queues a look at every image in use, or at those after one.</summary>
    public async Task<JobOutcome> RunAsync(string? after, Deadline deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        var (isWhole, last) = await deadline.ForEachAsync(
            memory.ListImagesAsync(cancellationToken).Where(i => after is null || string.CompareOrdinal(i.Image, after) > 0),
            async (image, token) => await queue.EnqueueAsync(new RefreshImage(image.Image), TimeSpan.Zero, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        if (!isWhole)
        {
            return new JobUnfinished(new RefreshImages(last!.Image));
        }

        await pending.EnqueueAllAsync(cancellationToken).ConfigureAwait(false);
        return JobOutcome.Done;
    }

    /// <summary>Looks at one image. Where a decision may change, exactly the users of that tag are reconciled; one that nobody uses is forgotten, or never looked at.</summary>
    public async Task<JobOutcome> RunAsync(ImageName image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        // Read before the users: whoever adds one writes the record anew after that, and the deletion below fails.
        var known = await memory.Images.ReadEntryAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false);
        var users = await memory.ListUsersAsync(image, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);

        if (users.Count == 0)
        {
            await memory.Facts.DeleteAsync(Memory.FactsKey(image), cancellationToken).ConfigureAwait(false);
            await memory.Failures.DeleteAsync(Memory.FailureKey(new RefreshImage(image.Canonical)), cancellationToken).ConfigureAwait(false);
            await memory.Images.TryDeleteAsync(Memory.ImageKey(image), known.Entry?.Version ?? StateVersion.None, cancellationToken).ConfigureAwait(false);
            return JobOutcome.Done;
        }

        if (!users.Exists(u => u.Places.Any(p => p.Policy != PolicyText.None)))
        {
            // Nobody wants to know.
            return JobOutcome.Done;
        }

        var registry = images.RegistryOf(image);
        if (await pauses.FindAsync(registry, cancellationToken).ConfigureAwait(false) is { } paused)
        {
            return paused;
        }

        var refresh = await images.RefreshAsync(image, [], users, known, cancellationToken).ConfigureAwait(false);
        var record = refresh.Record;
        if (refresh.Outlook is { } outlook)
        {
            var moved = outlook.Where(o => refresh.Record.Told?.GetValueOrDefault(o.Key) != o.Value).Select(o => o.Key).ToHashSet(StringComparer.Ordinal);
            var affected = users.Where(u => u.Places.Any(p => p.Follows is not null && moved.Contains(p.Follows))).ToList();
            if (affected.Count > 0)
            {
                LogChanged(image, affected.Count);
            }

            await System.Threading.Tasks.Parallel.ForEachAsync(
                affected,
                new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
                async (user, token) => await pending.AddAsync(RepositoryName.Parse(user.Repository), $"{image.Familiar} changed", token).ConfigureAwait(false)).ConfigureAwait(false);

            if (moved.Count > 0)
            {
                // After all are told: a crash before this tells them again.
                record = record with { Told = outlook };
                await memory.Images.PutAsync(Memory.ImageKey(image), record, cancellationToken).ConfigureAwait(false);
            }
        }

        if (refresh.Facts.Problem is { } silence && refresh.RetryAfter is { } pause)
        {
            // Not even its tags: the others would hear the same.
            await pauses.NoteAsync(registry, pause, silence, cancellationToken).ConfigureAwait(false);
        }

        if (await evidence.StudyAsync(users, refresh.Facts, record.Standing, cancellationToken).ConfigureAwait(false) is { } standing && !standing.IsSameAs(record.Standing))
        {
            await memory.Images.PutAsync(Memory.ImageKey(image), record with { Standing = standing }, cancellationToken).ConfigureAwait(false);
        }

        return refresh.Facts.Problems.FirstOrDefault() switch
        {
            null => JobOutcome.Done,
            var problem when refresh.RetryAfter is { } wait => new JobPostponed(wait, problem),
            var problem => new JobFailed(problem),
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Image} changed for {Count} repositories")]
    private partial void LogChanged(ImageName image, int count);
}
