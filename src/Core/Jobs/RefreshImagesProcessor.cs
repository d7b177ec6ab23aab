using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Finds out what the registries hold of the images in use, each asked once however many use it.</summary>
public sealed partial class RefreshImagesProcessor(Memory memory, ImageBook images, IJobQueue queue, PendingRepositories pending, ILogger<RefreshImagesProcessor> logger)
{
    /// <summary>Queues a look at every image in use.</summary>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var image in memory.ListImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            await queue.EnqueueAsync(new RefreshImage(image.Image), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        await pending.EnqueueAllAsync(cancellationToken).ConfigureAwait(false);
        return JobOutcome.Done;
    }

    /// <summary>Looks at one image. Where a decision may change, exactly the users of that tag are reconciled; one that nobody uses is forgotten, or never looked at.</summary>
    public async Task<JobOutcome> RunAsync(ImageName image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        // Read before the users: whoever adds one writes the record anew after that, and the deletion below fails.
        var version = (await memory.Images.ReadAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false)).Version;
        var users = new List<ImageUser>();
        await foreach (var user in memory.ListUsersAsync(image, cancellationToken).ConfigureAwait(false))
        {
            users.Add(user);
        }

        if (users.Count == 0)
        {
            await memory.Facts.DeleteAsync(Memory.FactsKey(image), cancellationToken).ConfigureAwait(false);
            await memory.Failures.DeleteAsync(Memory.FailureKey(new RefreshImage(image.Canonical)), cancellationToken).ConfigureAwait(false);
            await memory.Failures.DeleteAsync(Memory.FailureKey(new ReviewLifecycles(image.Canonical)), cancellationToken).ConfigureAwait(false);
            await memory.Images.TryDeleteAsync(Memory.ImageKey(image), version, cancellationToken).ConfigureAwait(false);
            return JobOutcome.Done;
        }

        if (!users.Exists(u => u.Places.Any(p => p.Policy != PolicyText.None)))
        {
            // Nobody wants to know.
            return JobOutcome.Done;
        }

        var refresh = await images.RefreshAsync(image, [], cancellationToken).ConfigureAwait(false);
        var record = await memory.Images.GetAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false);
        if (refresh.Outlook is { } outlook && record is not null)
        {
            var moved = outlook.Where(o => record.Told?.GetValueOrDefault(o.Key) != o.Value).Select(o => o.Key).ToHashSet(StringComparer.Ordinal);
            var affected = users.Where(u => u.Places.Any(p => p.Follows is not null && moved.Contains(p.Follows))).ToList();
            if (affected.Count > 0)
            {
                LogChanged(image, affected.Count);
            }

            foreach (var user in affected)
            {
                await pending.AddAsync(RepositoryName.Parse(user.Repository), $"{image.Familiar} changed", cancellationToken).ConfigureAwait(false);
            }

            if (moved.Count > 0)
            {
                // After all are told: a crash before this tells them again.
                await memory.Images.PutAsync(Memory.ImageKey(image), record with { Told = outlook }, cancellationToken).ConfigureAwait(false);
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
