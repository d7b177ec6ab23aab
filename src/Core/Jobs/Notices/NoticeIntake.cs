using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs.Notices;

/// <summary>
/// Turns notices into looks. Only repositories that are looked after and images that are in use cause any, and what comes in a burst
/// causes one. Taking a notice twice is harmless.
/// </summary>
public sealed class NoticeIntake(Memory memory, IJobQueue queue, PendingRepositories pending, TimeProvider time)
{
    /// <summary>An image is pushed platform by platform, and tag by tag.</summary>
    private static readonly TimeSpan AfterImage = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AfterPush = TimeSpan.FromSeconds(2);

    /// <summary>What a person does is answered while the person looks.</summary>
    private static readonly TimeSpan AfterPerson = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AfterCheck = TimeSpan.FromMinutes(1);

    /// <summary>What deploys says so of many things at a time.</summary>
    private static readonly TimeSpan AfterDelivery = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan AfterListing = TimeSpan.FromSeconds(15);

    private const int MostRemembered = 10_000;

    /// <summary>Jobs of this process that are queued and not due yet. Another instance knows nothing of them, and a job too many harms nothing.</summary>
    private readonly Dictionary<Job, DateTimeOffset> _soon = [];

    /// <summary>Queues the look that a notice is a cause for.</summary>
    /// <param name="notice">What was said.</param>
    /// <param name="mayBeNew">Whether a repository that is not known is one to look after all the same, by the settings.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it comes to: null where it concerns nothing here.</returns>
    public async Task<string?> TakeAsync(Notice notice, bool mayBeNew, CancellationToken cancellationToken)
    {
        switch (notice)
        {
            case RepositoryMoved { Repository: var repository }:
                return (await KnownAsync(repository, cancellationToken).ConfigureAwait(false) ?? (mayBeNew ? repository : null)) is { } name
                    ? await SoonAsync(new TakeInventory(name.ToString()), AfterPush, cancellationToken).ConfigureAwait(false)
                    : null;
            case PullRequestsMoved moved:
                return await KnownAsync(moved.Repository, cancellationToken).ConfigureAwait(false) is { } one ? await LookAsync(one, moved.IsCheck, cancellationToken).ConfigureAwait(false) : null;
            case RepositoriesChanged:
                return await SoonAsync(new FindRepositories(), AfterListing, cancellationToken).ConfigureAwait(false);
            case ImageMoved { Image: var image }:
                var rebuilds = await memory.RebuildTags.GetAsync(Memory.RebuildTagsKey(image), cancellationToken).ConfigureAwait(false) is not null
                    ? await SoonAsync(new ReviewRebuilds(image.Canonical), AfterImage, cancellationToken).ConfigureAwait(false)
                    : null;
                return await memory.Images.GetAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false) is not null
                    ? await SoonAsync(new RefreshImage(image.Canonical), AfterImage, cancellationToken).ConfigureAwait(false)
                    : rebuilds;
            case RolloutsMoved { Owner: null }:
                return await SoonAsync(new ReviewRollouts(), AfterDelivery, cancellationToken).ConfigureAwait(false);
            case RolloutsMoved { Owner: var owner }:
                return await memory.RolloutOwners.GetAsync(Memory.RolloutOwnerKey(owner), cancellationToken).ConfigureAwait(false) is { } waiting
                    ? await SoonAsync(new ReviewRollouts(waiting.Owner), AfterCheck, cancellationToken).ConfigureAwait(false)
                    : null;
            default:
                throw new ArgumentOutOfRangeException(nameof(notice));
        }
    }

    private async Task<RepositoryName?> KnownAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken).ConfigureAwait(false) is { } record ? RepositoryName.Parse(record.Repository) : null;

    private async Task<string?> LookAsync(RepositoryName repository, bool isCheck, CancellationToken cancellationToken)
    {
        if (isCheck && await memory.Reviews.GetAsync(Memory.ReviewKey(repository), cancellationToken).ConfigureAwait(false) is { IsWaiting: false })
        {
            return null;
        }

        return await pending.AddSoonAsync(repository, "its pull requests moved", isCheck ? AfterCheck : AfterPerson, cancellationToken).ConfigureAwait(false)
            ? "a look at its pull requests"
            : "a look that is queued already";
    }

    private async Task<string> SoonAsync(Job job, TimeSpan delay, CancellationToken cancellationToken)
    {
        lock (_soon)
        {
            var now = time.GetUtcNow();
            if (_soon.GetValueOrDefault(job) > now)
            {
                return "a look that is queued already";
            }

            if (_soon.Count >= MostRemembered)
            {
                foreach (var (old, _) in _soon.Where(s => s.Value <= now).ToList())
                {
                    _soon.Remove(old);
                }

                if (_soon.Count >= MostRemembered)
                {
                    _soon.Clear();
                }
            }

            _soon[job] = now + delay;
        }

        try
        {
            await queue.EnqueueAsync(job, delay, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_soon)
            {
                _soon.Remove(job);
            }

            throw;
        }

        return job switch
        {
            TakeInventory => "a look at its files",
            FindRepositories => "a look at the list of repositories",
            ReviewRollouts => "a look at what is rolled out",
            _ => "a look at its registry",
        };
    }
}
