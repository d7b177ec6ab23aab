using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Finds out what the registries hold of the images in use, each asked once however many use it.</summary>
public sealed partial class RefreshImagesProcessor(Memory memory, ImageBook images, IJobQueue queue, PendingRepositories pending, ILogger<RefreshImagesProcessor> logger)
{
    /// <summary>Messages and marks on the way at a time: an image may have thousands of users.</summary>
    private const int Parallel = 16;

    /// <summary>Queues a look at every image in use.</summary>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await System.Threading.Tasks.Parallel.ForEachAsync(
            memory.ListImagesAsync(cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (image, token) => await queue.EnqueueAsync(new RefreshImage(image.Image), TimeSpan.Zero, token).ConfigureAwait(false)).ConfigureAwait(false);

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
            await memory.Failures.DeleteAsync(Memory.FailureKey(new ReviewLifecycles(image.Canonical)), cancellationToken).ConfigureAwait(false);
            await memory.Images.TryDeleteAsync(Memory.ImageKey(image), known.Entry?.Version ?? StateVersion.None, cancellationToken).ConfigureAwait(false);
            return JobOutcome.Done;
        }

        if (!users.Exists(u => u.Places.Any(p => p.Policy != PolicyText.None)))
        {
            // Nobody wants to know.
            return JobOutcome.Done;
        }

        var refresh = await images.RefreshAsync(image, [], users, known, cancellationToken).ConfigureAwait(false);
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
                await memory.Images.PutAsync(Memory.ImageKey(image), refresh.Record with { Told = outlook }, cancellationToken).ConfigureAwait(false);
            }
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
