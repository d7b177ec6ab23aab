using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Tells people, once for each threshold, which images in use are near or past their end of life.</summary>
public sealed partial class ReviewLifecyclesProcessor(
    Memory memory,
    ImageBook images,
    ILifecycleCatalog lifecycles,
    IJobQueue queue,
    TimeProvider time,
    ILogger<ReviewLifecyclesProcessor> logger,
    INotifier? notifier = null)
{
    /// <summary>Images whose users are read at a time.</summary>
    private const int Parallel = 16;

    /// <summary>Days before the end at which people are told; 0 is the day itself and all after it.</summary>
    private static readonly int[] Thresholds = [0, 7, 30, 90, 180];

    /// <summary>A claim of this age belongs to a worker that died before it could send.</summary>
    private static readonly TimeSpan ClaimLasts = TimeSpan.FromMinutes(10);

    /// <summary>The next scheduled run may be a day away.</summary>
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMinutes(15);

    /// <summary>Reviews one image, or every image in use.</summary>
    public async Task<JobOutcome> RunAsync(string? only, CancellationToken cancellationToken)
    {
        if (notifier is null)
        {
            // Not marked as told: the first run with a channel tells everything.
            LogNoChannel();
            return JobOutcome.Done;
        }

        var resolver = new LifecycleResolver(await lifecycles.GetAsync(cancellationToken).ConfigureAwait(false));
        if (only is not null)
        {
            return ImageName.TryParse(only, out var image, out _)
                && await ReviewAsync(image, await UsersAsync(image, cancellationToken).ConfigureAwait(false), resolver, cancellationToken).ConfigureAwait(false) is { } refused
                ? new JobPostponed(PauseAfterRefusal, refused.Message)
                : JobOutcome.Done;
        }

        NotifierException? first = null;
        var failed = await memory.ListFailuresAsync(cancellationToken).Select(f => f.Job).ToHashSetAsync(StringComparer.Ordinal, cancellationToken).ConfigureAwait(false);
        var names = await memory.ListImagesAsync(cancellationToken).Select(r => ImageName.Parse(r.Image)).ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var some in names.Chunk(Parallel))
        {
            var users = await Task.WhenAll(some.Select(image => UsersAsync(image, cancellationToken))).ConfigureAwait(false);
            foreach (var (image, its) in some.Zip(users))
            {
                if (await ReviewAsync(image, its, resolver, cancellationToken).ConfigureAwait(false) is { } e)
                {
                    first ??= e;
                    continue;
                }

                // The review of this image alone, when it was new here, may have failed: it has been made up for.
                var alone = new ReviewLifecycles(image.Canonical);
                if (failed.Contains(alone.ToJson()))
                {
                    await memory.Failures.DeleteAsync(Memory.FailureKey(alone), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return first is null ? JobOutcome.Done : new JobPostponed(PauseAfterRefusal, first.Message);
    }

    /// <returns>The first card that was refused, if one was.</returns>
    private async Task<NotifierException?> ReviewAsync(ImageName image, List<ImageUser> users, LifecycleResolver resolver, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var lines = users
            .SelectMany(u => u.Places.Where(p => p.Tag is not null).Select(p => (p.Tag, Place: new AlertPlace(u.Repository, p.Path, p.Line))))
            .GroupBy(p => p.Tag!, p => p.Place, StringComparer.Ordinal);
        NotifierException? refused = null;
        foreach (var line in lines)
        {
            var reference = new ImageReference(image, line.Key);
            var lifecycle = resolver.Resolve(reference, today);
            if (lifecycle is { Status: LifecycleStatus.Ending or LifecycleStatus.Ended, Ends: { } ends })
            {
                try
                {
                    await TellAsync(reference, lifecycle, ends.DayNumber - today.DayNumber, [.. line], resolver, today, cancellationToken).ConfigureAwait(false);
                }
                catch (NotifierException e) when (e.RetryAfter is null)
                {
                    // This card was refused; the others may be taken.
                    refused ??= e;
                }
            }
        }

        return refused;
    }

    private async Task<List<ImageUser>> UsersAsync(ImageName image, CancellationToken cancellationToken) =>
        await memory.ListUsersAsync(image, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Sends the alert to whoever was not named by it yet.</summary>
    private async Task TellAsync(ImageReference image, ImageLifecycle lifecycle, int daysLeft, IReadOnlyList<AlertPlace> places, LifecycleResolver resolver, DateOnly today, CancellationToken cancellationToken)
    {
        var threshold = Thresholds.First(t => daysLeft <= t);
        var subject = string.Create(CultureInfo.InvariantCulture, $"{image.Canonical} ends {lifecycle.Ends:yyyy-MM-dd} within {threshold}");
        var key = Memory.AlertKey(subject);
        var now = time.GetUtcNow();
        var (known, version) = await memory.Alerts.ReadAsync(key, cancellationToken).ConfigureAwait(false);
        var alert = known ?? new AlertRecord(subject, null, null, []);
        var untold = places.Where(p => !alert.Told.Contains(p.Repository, StringComparer.OrdinalIgnoreCase)).ToList();
        if (untold.Count == 0)
        {
            return;
        }

        if (alert.ClaimedAt is { } claimed && now - claimed < ClaimLasts)
        {
            // Another worker sends it now, or has died before it could: looked at again when the claim has aged.
            await queue.EnqueueAsync(new ReviewLifecycles(image.Name.Canonical), claimed + ClaimLasts - now, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!await memory.Alerts.TryPutAsync(key, alert with { ClaimedAt = now }, version, cancellationToken).ConfigureAwait(false))
        {
            // Another worker was first, and may not know of every place.
            await queue.EnqueueAsync(new ReviewLifecycles(image.Name.Canonical), ClaimLasts, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            var facts = await images.GetAsync(image.Name, [], cancellationToken).ConfigureAwait(false);
            var successor = facts.Tags is null ? null : new SuccessorFinder(resolver).Find(image, facts.Tags, today).Image;
            await notifier!.SendAsync(new EndOfLifeAlert(image, lifecycle, daysLeft, successor, facts.Problem is null, untold), cancellationToken).ConfigureAwait(false);
        }
        catch (NotifierException)
        {
            // Given back at once, so that the next run need not wait for the claim to age.
            await memory.Alerts.PutAsync(key, alert, cancellationToken).ConfigureAwait(false);
            throw;
        }

        var told = alert.Told.Concat(untold.Select(p => p.Repository)).Distinct(StringComparer.OrdinalIgnoreCase);
        await memory.Alerts.PutAsync(key, new AlertRecord(subject, null, time.GetUtcNow(), [.. told]), cancellationToken).ConfigureAwait(false);
        LogTold(image, daysLeft);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "told: {Image} has {DaysLeft} days left")]
    private partial void LogTold(ImageReference image, int daysLeft);

    [LoggerMessage(Level = LogLevel.Debug, Message = "no channel is configured: nobody is told of ends of life")]
    private partial void LogNoChannel();
}
