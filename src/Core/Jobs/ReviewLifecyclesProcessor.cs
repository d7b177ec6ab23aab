using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Tells people, once a day at the most, what of the images in use is near or past its end of life, which pull requests wait, and which were merged.</summary>
public sealed partial class ReviewLifecyclesProcessor(
    Memory memory,
    LifecycleSurvey survey,
    SuccessorBook successors,
    ILifecycleCatalog lifecycles,
    AlertConfiguration configuration,
    CodeOwnersBook codeOwners,
    AlertDesk desk,
    AlertOutbox outbox,
    IJobQueue queue,
    TimeProvider time,
    ILogger<ReviewLifecyclesProcessor> logger)
{
    /// <summary>Of so many images an alert says where to go.</summary>
    private const int MostSuccessors = 50;

    /// <summary>For so long pull requests that have ended are remembered.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(35);

    /// <summary>Repositories that are read at about the same time are told together.</summary>
    internal static readonly TimeSpan Calm = TimeSpan.FromSeconds(15);

    /// <summary>Reviews everything in use.</summary>
    /// <param name="whenCalm">Whether it waits until no repository has come to use other images for a while.</param>
    /// <param name="cancellationToken">Cancels the review.</param>
    public async Task<JobOutcome> RunAsync(bool whenCalm, CancellationToken cancellationToken)
    {
        if (configuration.Channels.Count == 0)
        {
            // Not marked as told: the first run with a channel tells everything.
            LogNoChannel();
            return JobOutcome.Done;
        }

        var (added, mark) = await memory.NewUses.ReadAsync(Memory.NewUsesKey, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        if (whenCalm && (added is null || added.At + Calm > now))
        {
            if (added is not null)
            {
                await queue.EnqueueAsync(new ReviewLifecycles(WhenCalm: true), added.At + Calm - now, cancellationToken).ConfigureAwait(false);
            }

            return JobOutcome.Done;
        }

        await outbox.SettleAsync(cancellationToken).ConfigureAwait(false);
        var owners = new Dictionary<string, OwnerReview>(StringComparer.OrdinalIgnoreCase);
        await TellOfPullRequestsAsync(owners, now, cancellationToken).ConfigureAwait(false);

        var catalog = await lifecycles.GetAsync(cancellationToken).ConfigureAwait(false);
        var utcToday = DateOnly.FromDateTime(now.UtcDateTime);
        await ReadAsync(LifecycleOverlay.None).ConfigureAwait(false);

        // Owners with lifecycles of their own are rare: each kind of them is a look of its own.
        foreach (var own in owners.Values.Select(o => o.Alerts.Lifecycles).Where(o => !o.IsEmpty).DistinctBy(o => o.Fingerprint, StringComparer.Ordinal).ToList())
        {
            await ReadAsync(own).ConfigureAwait(false);
        }

        var rests = await RestsAsync(memory, cancellationToken).ConfigureAwait(false);
        var known = new Dictionary<ImageReference, ImageReference?>();
        foreach (var review in owners.Values)
        {
            known.Clear();
            foreach (var channel in review.IsBroken ? [] : configuration.Channels)
            {
                var today = review.Alerts.Settings.DayOf(now);
                await desk.TellAsync(
                    review.Alerts.Owner,
                    channel,
                    ledger =>
                    {
                        var (told, alerts) = EndOfLifePlanner.Plan(ledger, review.SubjectsFor(channel), rests, review.Alerts.Settings, today);
                        var (after, remarks) = EndOfLifePlanner.PlanRemarks(told, review.RemarksFor(channel), rests, today);
                        return (after, remarks is null ? alerts : [.. alerts, remarks]);
                    },
                    alert => SayAsync(alert, review.Alerts.Owner, catalog, review.Resolver ?? new LifecycleResolver(catalog), utcToday, known, cancellationToken),
                    cancellationToken).ConfigureAwait(false);
            }

            await NoteAsync(review, cancellationToken).ConfigureAwait(false);
        }

        if (mark != StateVersion.None)
        {
            // Whoever has come meanwhile has marked it anew.
            await memory.NewUses.TryDeleteAsync(Memory.NewUsesKey, mark, cancellationToken).ConfigureAwait(false);
        }

        return owners.Values.Select(o => o.Failure).OfType<string>().FirstOrDefault() is { } failure ? new JobFailed(failure) : JobOutcome.Done;

        async Task ReadAsync(LifecycleOverlay own)
        {
            var resolver = new LifecycleResolver(own.Over(catalog));
            await foreach (var line in survey.ReadAsync(resolver, utcToday, cancellationToken).ConfigureAwait(false))
            {
                foreach (var places in line.Places.GroupBy(p => OwnerOf(p.Repository), StringComparer.OrdinalIgnoreCase))
                {
                    var owner = await ReviewOfAsync(owners, places.Key, cancellationToken).ConfigureAwait(false);
                    if (!owner.IsBroken && owner.Alerts.Lifecycles.Fingerprint == own.Fingerprint)
                    {
                        owner.Resolver = resolver;
                        await owner.AddAsync(line with { Places = [.. places] }, owner.Alerts.Settings.DayOf(now), codeOwners, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    /// <summary>What people let rest, as the planner takes it.</summary>
    internal static async Task<IReadOnlyDictionary<string, Rest>> RestsAsync(Memory memory, CancellationToken cancellationToken) =>
        await memory.ListSnoozesAsync(cancellationToken).ToDictionaryAsync(s => s.Subject, s => new Rest(s.Until, s.Reason, s.By, s.At), StringComparer.Ordinal, cancellationToken).ConfigureAwait(false);

    /// <summary><c>octo-org</c> of <c>octo-org/web</c>.</summary>
    internal static string OwnerOf(string repository) => repository[..Math.Max(0, repository.IndexOf('/', StringComparison.Ordinal))];

    private async Task TellOfPullRequestsAsync(Dictionary<string, OwnerReview> owners, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lines = new List<PullRequestLine>();
        foreach (var line in await memory.ListPullRequestLinesAsync(cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false))
        {
            var repository = RepositoryName.Parse(line.Repository);
            if (line.EndedAt is { } ended ? now - ended > Remembered
                : EventPlanner.IsWaiting(line, AlertSettings.Default with { Waiting = 1 }, now) && await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken).ConfigureAwait(false) is null)
            {
                // Long over, or of a repository that is looked after no more.
                await memory.PullRequestLines.DeleteAsync(Memory.PullRequestLineKey(repository, line.Number), cancellationToken).ConfigureAwait(false);
                continue;
            }

            lines.Add(line);
        }

        foreach (var its in lines.GroupBy(l => OwnerOf(l.Repository), StringComparer.OrdinalIgnoreCase))
        {
            var review = await ReviewOfAsync(owners, its.Key, cancellationToken).ConfigureAwait(false);
            foreach (var channel in review.IsBroken ? [] : configuration.Channels)
            {
                var settings = review.Alerts.Settings;
                await desk.TellAsync(
                    its.Key,
                    channel,
                    ledger =>
                    {
                        var (waited, waiting) = EventPlanner.PlanWaiting(ledger, For(MessageKind.Waiting, Severity.Warning), settings, now);
                        var (after, merged) = EventPlanner.PlanMerged(waited, For(MessageKind.Merged, Severity.Good), settings, now);
                        return (after, [.. new Alert?[] { waiting, merged }.OfType<Alert>()]);
                    },
                    alert => Task.FromResult(AlertWords.Of(alert, desk.ContextOf(its.Key))),
                    cancellationToken).ConfigureAwait(false);

                List<PullRequestLine> For(MessageKind kind, Severity severity) =>
                    [.. its.Where(l => review.Alerts.Routes.For(new AlertTarget(kind, severity) { Repository = l.Repository }).Contains(channel, StringComparer.Ordinal))];
            }
        }
    }

    private async Task<OwnerReview> ReviewOfAsync(Dictionary<string, OwnerReview> owners, string owner, CancellationToken cancellationToken)
    {
        if (!owners.TryGetValue(owner, out var review))
        {
            try
            {
                review = new OwnerReview(await configuration.FindAsync(owner, cancellationToken).ConfigureAwait(false));
            }
            catch (RepositoryHostException e) when (e.RetryAfter is null)
            {
                // Nobody knows to whom: the others are told.
                review = new OwnerReview(new OwnerAlerts(owner, AlertSettings.Default, new AlertRoutes([], []), null)) { Failure = e.Message, IsBroken = true };
            }

            owners.Add(owner, review);
        }

        return review;
    }

    private async Task<Message> SayAsync(
        Alert alert, string owner, LifecycleCatalog catalog, LifecycleResolver resolver, DateOnly today, Dictionary<ImageReference, ImageReference?> known, CancellationToken cancellationToken)
    {
        if (alert is EndingAlert ending)
        {
            foreach (var image in ending.Uses.Select(u => u.Line.Image).Distinct().Where(i => !known.ContainsKey(i)).Take(MostSuccessors))
            {
                if (await successors.FindAsync(resolver, image, today, cancellationToken).ConfigureAwait(false) is { IsKnown: true } found)
                {
                    known[image] = found.Image;
                }
            }
        }

        return AlertWords.Of(alert, desk.ContextOf(owner) with { Successors = known, CatalogAsOf = catalog.AsOf });
    }

    private async Task NoteAsync(OwnerReview review, CancellationToken cancellationToken)
    {
        var (_, entry) = await memory.AlertNotes.ReadEntryAsync(Memory.AlertNotesKey(review.Alerts.Owner), cancellationToken).ConfigureAwait(false);
        var notes = new AlertNotesRecord(
            review.Alerts.Owner,
            [
                .. review.Alerts.Problems,
                .. review.Untaken == 0 ? Array.Empty<string>() : [$"alerts of {review.Alerts.Owner}: no route takes {review.Untaken} places near or past an end of life"],
            ],
            review.Untaken);
        if (entry is not null || notes.Problems.Count > 0)
        {
            await memory.AlertNotes.ReplaceAsync(Memory.AlertNotesKey(review.Alerts.Owner), notes, entry, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is to be told of one owner's repositories, by channel.</summary>
    private sealed class OwnerReview(OwnerAlerts alerts)
    {
        private readonly Dictionary<string, Dictionary<string, List<EndingUse>>> _uses = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Dictionary<ImageReference, (ImageLine Line, List<AlertPlace> Places)>> _remarks = new(StringComparer.Ordinal);

        public OwnerAlerts Alerts { get; } = alerts;

        /// <summary>By the catalogue with what the owner says over it; null where nothing is in use.</summary>
        public LifecycleResolver? Resolver { get; set; }

        /// <summary>Why something is not told.</summary>
        public string? Failure { get; set; }

        /// <summary>Whether nobody knows to whom anything is to be told.</summary>
        public bool IsBroken { get; init; } = alerts.Problem is not null;

        public int Untaken { get; private set; }

        public List<EndingSubject> SubjectsFor(string channel) =>
            [.. (_uses.GetValueOrDefault(channel) ?? []).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new EndingSubject(s.Key, s.Value[0].Line.Lifecycle.First!, s.Value))];

        public List<ImageRemark> RemarksFor(string channel) =>
            [.. (_remarks.GetValueOrDefault(channel)?.Values ?? Enumerable.Empty<(ImageLine Line, List<AlertPlace> Places)>()).SelectMany(r => r.Line.Remarks.Select(s => new ImageRemark(r.Line with { Places = r.Places }, s)))];

        public async Task AddAsync(ImageLine line, DateOnly today, CodeOwnersBook codeOwners, CancellationToken cancellationToken)
        {
            var life = line.Lifecycle.First;
            int? daysLeft = life?.Eol is { } eol ? eol.DayNumber - today.DayNumber : null;
            var isEnding = life is not null && (daysLeft is null || daysLeft < 0 || Alerts.Settings.MarkOf(daysLeft.Value) is not null);
            if (!isEnding && line.Remarks.Count == 0)
            {
                return;
            }

            var subject = isEnding ? EndingSubject.SubjectOf(life!) : null;
            foreach (var place in line.Places)
            {
                IReadOnlyList<string> owners = [];
                if (Alerts.Routes.NamesTeams && RepositoryName.TryParse(place.Repository, out var repository))
                {
                    try
                    {
                        owners = (await codeOwners.FindAsync(repository, cancellationToken).ConfigureAwait(false)).Of(place.Path);
                    }
                    catch (RepositoryHostException e) when (e.RetryAfter is null)
                    {
                        // Whom it is for is not known now: the next run tells it.
                        Failure ??= e.Message;
                        continue;
                    }
                }

                var target = new AlertTarget(MessageKind.EndOfLife, isEnding ? EndingAlert.SeverityOf(daysLeft) : Severity.Warning) { Repository = place.Repository, Path = place.Path, Owners = owners, Life = life };
                var taking = Alerts.Routes.For(target);
                Untaken += taking.Count == 0 && !Alerts.Routes.WantsIssue(target) ? 1 : 0;
                foreach (var channel in taking)
                {
                    if (subject is not null)
                    {
                        GetOrAdd(GetOrAdd(_uses, channel), subject).Add(new EndingUse(line, place));
                    }

                    if (line.Remarks.Count > 0)
                    {
                        var remarks = GetOrAdd(_remarks, channel);
                        if (!remarks.TryGetValue(line.Image, out var remarked))
                        {
                            remarks[line.Image] = remarked = (line, []);
                        }

                        remarked.Places.Add(place);
                    }
                }
            }
        }

        private static TValue GetOrAdd<TValue>(Dictionary<string, TValue> values, string key)
            where TValue : new()
        {
            if (!values.TryGetValue(key, out var value))
            {
                values[key] = value = new TValue();
            }

            return value;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "no channel is configured: nobody is told of ends of life")]
    private partial void LogNoChannel();
}
