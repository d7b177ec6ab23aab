using System.Text.Json;
using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Jobs;

/// <summary>Tells what does not wait for the day: failures, and the week when it is over. And makes up for messages that were lost on their way.</summary>
public sealed class ReviewAlertsProcessor(
    Memory memory, LifecycleSurvey survey, LifecycleBook lifecycles, AlertConfiguration configuration, AlertDesk desk, AlertOutbox outbox, RebuildBook rebuilds, RebuildLimits limits, RolloutTroubles rollouts, IJobQueue queue, TimeProvider time)
{
    private const int DaysToCome = 90;

    private const int EndingDays = 180;

    /// <summary>One look.</summary>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        if (configuration.Channels.Count == 0)
        {
            return JobOutcome.Done;
        }

        await outbox.SettleAsync(cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        if (await memory.NewUses.GetAsync(Memory.NewUsesKey, cancellationToken).ConfigureAwait(false) is { } added && now - added.At >= ReviewLifecyclesProcessor.Calm)
        {
            await queue.EnqueueAsync(new ReviewLifecycles(), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        var troubles = await TroublesAsync(cancellationToken).ConfigureAwait(false);
        var unbuilt = RebuildTroubles.Of(await rebuilds.ReadAsync(cancellationToken).ConfigureAwait(false), limits, now);
        var unrolled = await rollouts.ListAsync(cancellationToken).ConfigureAwait(false);
        var owners = await memory.ListRepositoriesAsync(cancellationToken).Select(r => ReviewLifecyclesProcessor.OwnerOf(r.Repository)).ToHashSetAsync(StringComparer.OrdinalIgnoreCase, cancellationToken).ConfigureAwait(false);
        string? failure = null;
        foreach (var owner in owners)
        {
            try
            {
                var alerts = await configuration.FindAsync(owner, cancellationToken).ConfigureAwait(false);
                if (alerts.Problem is not null)
                {
                    continue;
                }

                foreach (var channel in configuration.Channels)
                {
                    await desk.TellAsync(
                        owner,
                        channel,
                        ledger => EventPlanner.PlanFailures(ledger, For(alerts, channel), alerts.Settings, now) is (var after, { } alert) ? (after, [alert]) : (ledger, []),
                        alert => Task.FromResult(AlertWords.Of(alert, desk.ContextOf(owner))),
                        cancellationToken).ConfigureAwait(false);
                }

                foreach (var channel in configuration.Channels)
                {
                    await desk.TellAsync(
                        owner,
                        channel,
                        ledger => EventPlanner.PlanRebuilds(ledger, Unbuilt(alerts, channel)) is (var after, { } alert) ? (after, [alert]) : (ledger, []),
                        alert => Task.FromResult(AlertWords.Of(alert, desk.ContextOf(owner))),
                        cancellationToken).ConfigureAwait(false);
                }

                foreach (var channel in configuration.Channels)
                {
                    await desk.TellAsync(
                        owner,
                        channel,
                        ledger => EventPlanner.PlanRollouts(ledger, Unrolled(alerts, channel)),
                        alert => Task.FromResult(AlertWords.Of(alert, desk.ContextOf(owner))),
                        cancellationToken).ConfigureAwait(false);
                }

                await SumUpAsync(alerts, troubles.Count, now, cancellationToken).ConfigureAwait(false);
            }
            catch (RepositoryHostException e) when (e.RetryAfter is null)
            {
                failure ??= e.Message;
            }
        }

        return failure is null ? JobOutcome.Done : new JobFailed(failure);

        List<RolloutTrouble> Unrolled(OwnerAlerts alerts, string channel) =>
        [
            .. unrolled.Where(t => string.Equals(t.Owner, alerts.Owner, StringComparison.OrdinalIgnoreCase)
                && alerts.Routes.For(new AlertTarget(t.Trouble.HasFailed ? MessageKind.RolledBack : MessageKind.Waiting, t.Trouble.HasFailed ? Severity.Attention : Severity.Warning) { Repository = t.Trouble.Repository }).Contains(channel, StringComparer.Ordinal))
                .Select(t => t.Trouble),
        ];

        List<RebuildTrouble> Unbuilt(OwnerAlerts alerts, string channel) =>
        [
            .. unbuilt.Where(t => string.Equals(ReviewLifecyclesProcessor.OwnerOf(t.Repository), alerts.Owner, StringComparison.OrdinalIgnoreCase)
                && alerts.Routes.For(new AlertTarget(MessageKind.Rebuild, t.IsWaiting ? Severity.Warning : Severity.Attention) { Repository = t.Repository }).Contains(channel, StringComparer.Ordinal)),
        ];

        List<Trouble> For(OwnerAlerts alerts, string channel) =>
        [
            .. troubles.Where(t =>
                (t.Repository is null || string.Equals(ReviewLifecyclesProcessor.OwnerOf(t.Repository), alerts.Owner, StringComparison.OrdinalIgnoreCase))
                && t.Key != ChannelKey(channel)
                && alerts.Routes.For(new AlertTarget(MessageKind.Failure, Severity.Attention) { Repository = t.Repository }).Contains(channel, StringComparer.Ordinal)),
        ];
    }

    private static string ChannelKey(string channel) => $"channel {channel.ToLowerInvariant()}";

    /// <summary>Everything that fails, of one cause once.</summary>
    private async Task<IReadOnlyList<Trouble>> TroublesAsync(CancellationToken cancellationToken)
    {
        var troubles = new Dictionary<string, Trouble>(StringComparer.OrdinalIgnoreCase);
        await foreach (var failure in memory.ListFailuresAsync(cancellationToken).ConfigureAwait(false))
        {
            Add(TroubleOf(failure));
        }

        await foreach (var dead in memory.ListOutboxAsync(cancellationToken).Where(o => o.State == OutboxState.Dead).ConfigureAwait(false))
        {
            Add(new Trouble(ChannelKey(dead.Channel), dead.RefusedSince ?? dead.At, dead.Problem ?? "") { IsGivenUp = true });
        }

        return [.. troubles.Values.OrderBy(t => t.Key, StringComparer.Ordinal)];

        void Add(Trouble trouble) =>
            troubles[trouble.Key] = troubles.TryGetValue(trouble.Key, out var other) && other.Since <= trouble.Since ? other : trouble;
    }

    private static Trouble TroubleOf(FailureRecord failure)
    {
        Job? job = null;
        try
        {
            job = Job.FromJson(failure.Job);
        }
        catch (JsonException)
        {
            // Of another version: told by its words.
        }

        var repository = job switch { TakeInventory j => j.Repository, ForgetRepository j => j.Repository, Reconcile j => j.Repository, _ => null };
        var key = repository is not null ? $"repository {repository}"
            : job is RefreshImage image ? $"registry {(ImageName.TryParse(image.Image, out var name, out _) ? name.Registry : image.Image)}"
            : job switch
            {
                FindRepositories => "the search for repositories that moved",
                RefreshImages => "the look at registries",
                ReviewLifecycles => "the review of ends of life",
                ReviewPullRequests => "the look at pull requests",
                ReviewAlerts => "the review of alerts",
                ReviewRebuilds => "the look at own images",
                _ => job?.GetType().Name ?? "a job",
            };
        return new Trouble(key, failure.Since ?? failure.At, failure.Message) { Repository = repository };
    }

    private async Task SumUpAsync(OwnerAlerts alerts, int failures, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DigestAlert? digest = null;
        foreach (var channel in alerts.Routes.For(new AlertTarget(MessageKind.Digest, Severity.Information)))
        {
            var ledger = await memory.Told.GetAsync(Memory.ToldKey(alerts.Owner, channel), cancellationToken).ConfigureAwait(false) ?? AlertLedger.Empty;
            var (first, due) = EventPlanner.PlanDigest(ledger, alerts.Settings, now);
            if (due is { } day)
            {
                if ((digest ??= await DigestAsync(alerts, day, failures, now, cancellationToken).ConfigureAwait(false)) is null)
                {
                    // Without dates there is nothing to sum up: looked at again.
                    return;
                }
            }
            else if (first == ledger)
            {
                continue;
            }

            await desk.TellAsync(
                alerts.Owner,
                channel,
                told => EventPlanner.PlanDigest(told, alerts.Settings, now) is (var after, { } week) && digest?.Day == week
                    ? (after, [digest with { Resolved = Resolved(told, digest) }])
                    : (told.DigestDay is null ? EventPlanner.PlanDigest(told, alerts.Settings, now).Ledger : told, []),
                alert => Task.FromResult(AlertWords.Of(alert, desk.ContextOf(alerts.Owner))),
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What this channel was told and nobody uses any more.</summary>
    private static List<string> Resolved(AlertLedger told, DigestAlert digest)
    {
        var inUse = digest.Ended.Concat(digest.Coming).Select(e => e.Title).ToHashSet(StringComparer.Ordinal);
        return [.. told.Subjects.Values.Where(s => s.Gone > digest.Day.AddDays(-7) && !inUse.Contains(s.Title)).Select(s => s.Title).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private async Task<DigestAlert?> DigestAsync(OwnerAlerts alerts, DateOnly day, int failures, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await lifecycles.FindAsync(cancellationToken).ConfigureAwait(false) is not { } resolver)
        {
            return null;
        }

        var today = alerts.Settings.DayOf(now);
        var images = new HashSet<ImageName>();
        var repositories = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var endings = new Dictionary<string, (Life Life, HashSet<string> Repositories, int Places)>(StringComparer.Ordinal);
        var remarks = new List<ImageRemark>();
        var (uses, ended, ending, unknown) = (0, 0, 0, 0);
        await foreach (var line in survey.ReadAsync(resolver, today, cancellationToken).ConfigureAwait(false))
        {
            var its = line with { Places = [.. line.Places.Where(p => string.Equals(ReviewLifecyclesProcessor.OwnerOf(p.Repository), alerts.Owner, StringComparison.OrdinalIgnoreCase))] };
            if (its.Places.Count == 0)
            {
                continue;
            }

            images.Add(its.Image.Name);
            repositories.UnionWith(its.Places.Select(p => p.Repository));
            remarks.AddRange(its.Remarks.Select(r => new ImageRemark(its, r)));
            uses += its.Places.Count;
            if (its.Lifecycle.First is not { } life)
            {
                unknown += its.Places.Count;
                continue;
            }

            int? left = life.Eol is { } eol ? eol.DayNumber - today.DayNumber : null;
            ended += left is not > 0 ? its.Places.Count : 0;
            ending += left is > 0 and <= EndingDays ? its.Places.Count : 0;
            if (left is not > DaysToCome)
            {
                var subject = EndingSubject.SubjectOf(life);
                var known = endings.GetValueOrDefault(subject, (life, new HashSet<string>(StringComparer.OrdinalIgnoreCase), 0));
                known.Item2.UnionWith(its.Places.Select(p => p.Repository));
                endings[subject] = (life, known.Item2, known.Item3 + its.Places.Count);
            }
        }

        var lines = await memory.ListPullRequestLinesAsync(cancellationToken).Where(l => string.Equals(ReviewLifecyclesProcessor.OwnerOf(l.Repository), alerts.Owner, StringComparison.OrdinalIgnoreCase)).ToListAsync(cancellationToken).ConfigureAwait(false);
        var week = now.AddDays(-7);
        var sent = 0;
        foreach (var channel in configuration.Channels)
        {
            sent += (await memory.Channels.GetAsync(Memory.ChannelKey(channel), cancellationToken).ConfigureAwait(false))?.Sent ?? 0;
        }

        var snapshot = new WeekSnapshot(day, repositories.Count, images.Count, uses, ended, ending, unknown)
        {
            Opened = lines.Count(l => l.OpenedAt > week),
            Merged = lines.Count(l => l.IsMerged && l.EndedAt > week),
            Open = lines.Count(l => l.EndedAt is null),
            Waiting = lines.Count(l => EventPlanner.IsWaiting(l, alerts.Settings, now)),
            Sent = sent,
            Failures = failures,
        };
        await memory.Snapshots.PutAsync(Memory.SnapshotKey(alerts.Owner, day), snapshot, cancellationToken).ConfigureAwait(false);
        var rests = await ReviewLifecyclesProcessor.RestsAsync(memory, cancellationToken).ConfigureAwait(false);
        var all = endings.Values.Select(e => new DigestEnding(e.Life.Title, e.Life.Eol, e.Repositories.Count, e.Places)).ToList();
        return new DigestAlert(day, snapshot, await memory.Snapshots.GetAsync(Memory.SnapshotKey(alerts.Owner, day.AddDays(-7)), cancellationToken).ConfigureAwait(false))
        {
            Ended = [.. all.Where(e => e.Eol is null || e.Eol <= today).OrderByDescending(e => e.Eol).ThenBy(e => e.Title, StringComparer.Ordinal)],
            Coming = [.. all.Where(e => e.Eol > today).OrderBy(e => e.Eol).ThenBy(e => e.Title, StringComparer.Ordinal)],
            Remarks = remarks,
            Resting = [.. rests.Where(r => r.Value.IsActive(today)).OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => new RestingSubject(r.Key, r.Value))],
        };
    }
}
