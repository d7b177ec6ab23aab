using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Basewatch.Core.Alerts;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Jobs.Dashboard;

/// <summary>Makes an <see cref="Overview"/> from the state store: lists are streamed, and of each entry only a small row stays.</summary>
public sealed class OverviewReader(Memory memory, LifecycleSurvey survey, LifecycleBook lifecycles, ILifecycleCatalog catalogs, PauseSwitch pauses, RebuildBook rebuilds, RebuildLimits limits, ServiceMode mode, TimeProvider time)
{
    private const int MostActivity = 1000;

    private const int ImagesOfCycle = 4;

    private const int MostRemarks = 5;

    /// <summary>Reads everything.</summary>
    public async Task<Overview> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var failures = await memory.ListFailuresAsync(cancellationToken).Select(Failure).OrderByDescending(f => f.At).ToListAsync(cancellationToken).ConfigureAwait(false);
        var lives = await ReadLivesAsync(today, cancellationToken).ConfigureAwait(false);
        var summaries = new Dictionary<string, SummaryRecord>(StringComparer.OrdinalIgnoreCase);
        await foreach (var summary in memory.ListSummariesAsync(cancellationToken).ConfigureAwait(false))
        {
            summaries[summary.Repository] = summary;
        }

        var failed = failures.Where(f => f.Repository is not null).GroupBy(f => f.Repository!, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.First().Message, StringComparer.OrdinalIgnoreCase);
        var repositories = new List<RepositoryRow>();
        var (excluded, totalUses) = (0, 0);
        await foreach (var record in memory.ListRepositoriesAsync(cancellationToken).ConfigureAwait(false))
        {
            var summary = summaries.GetValueOrDefault(record.Repository);
            var life = lives.Repositories.GetValueOrDefault(record.Repository);
            totalUses += record.Uses;
            excluded += summary?.Excluded ?? 0;
            repositories.Add(new RepositoryRow(record.Repository, record.At, record.Uses, record.Problems.Count, life?.Next ?? default)
            {
                ReconciledAt = summary?.At,
                Current = summary?.Current ?? 0,
                Behind = summary?.Behind ?? 0,
                Undecided = summary?.Undecided ?? 0,
                Ended = life?.Ended ?? 0,
                OpenPullRequests = summary?.PullRequests.Count(p => p.IsOpen) ?? 0,
                Failure = failed.GetValueOrDefault(record.Repository),
            });
        }

        var images = new List<ImageRow>();
        await foreach (var record in memory.ListImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (lives.Images.TryGetValue(record.Image, out var used))
            {
                images.Add(used with { AskedAt = record.At, Problem = record.Problem });
            }
        }

        var pullRequests = summaries.Values.SelectMany(s => s.PullRequests.Select(p => new PullRequestRow(s.Repository, p))).OrderByDescending(p => p.Is.At).ToList();
        var alerts = await ReadAlertsAsync(today, cancellationToken).ConfigureAwait(false);
        return new Overview(now, mode)
        {
            Pause = await pauses.FindAsync(cancellationToken).ConfigureAwait(false),
            CatalogAsOf = (await catalogs.FindKeptAsync(cancellationToken).ConfigureAwait(false))?.AsOf,
            Repositories = repositories,
            Images = images,
            OwnImages = await ReadOwnImagesAsync(images.Select(i => i.Name).ToHashSet(StringComparer.Ordinal), now, cancellationToken).ConfigureAwait(false),
            Rollouts = await RolloutBoard.ReadAsync(memory, null, now, cancellationToken).ConfigureAwait(false),
            Cycles = lives.Cycles,
            PullRequests = pullRequests,
            Alerts = alerts,
            Failures = failures,
            Runs = await memory.ListRunsAsync(cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false),
            Activity = ActivityOf(pullRequests, alerts, failures),
            Lives = lives.ByReference.ToFrozenDictionary(StringComparer.Ordinal),
            Totals = new OverviewTotals(
                totalUses,
                repositories.Sum(r => r.Current),
                repositories.Sum(r => r.Behind),
                repositories.Sum(r => r.Undecided),
                excluded,
                lives.Ended,
                lives.Ending,
                images.Count(i => i.Problem is not null),
                await memory.ListPendingAsync(cancellationToken).CountAsync(p => p.NotBefore is null, cancellationToken).ConfigureAwait(false)),
        };
    }

    private async Task<List<OwnImageRow>> ReadOwnImagesAsync(HashSet<string> images, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var picture = await rebuilds.ReadAsync(cancellationToken).ConfigureAwait(false);
        var steps = picture.Plan(limits, now).Steps.ToDictionary(s => s.Image);
        return [.. picture.Graph.Tree(_ => true).Select(branch =>
        {
            var (image, step) = (branch.Image, steps.GetValueOrDefault(branch.Image));
            return new OwnImageRow(image.Name.Canonical, picture.Graph.WatchedOf(image).Familiar, branch.Level, image.Repository, image.Dockerfile, [.. image.Bases.Select(b => (images.Contains(b.Name.Canonical) ? b.Name.Canonical : null, b.Familiar))], step?.Action, picture.WordsOf(step))
            {
                Why = string.Join("; ", (step?.Causes ?? []).Select(c => c.Words)),
                Url = picture.Entries.GetValueOrDefault(image.Key)?.Url,
                Known = picture.Facts.GetValueOrDefault(image.Key)?.Origin.Words,
                IsTrouble = step?.IsTrouble == true,
            };
        })];
    }

    /// <summary>What was told, what is on its way, and what rests: the newest first.</summary>
    private async Task<List<AlertRow>> ReadAlertsAsync(DateOnly today, CancellationToken cancellationToken)
    {
        var snoozes = new Dictionary<string, SnoozeRecord>(StringComparer.Ordinal);
        await foreach (var snooze in memory.ListSnoozesAsync(cancellationToken).Where(s => s.Until is null || s.Until > today).ConfigureAwait(false))
        {
            snoozes[snooze.Subject] = snooze;
        }

        var alerts = new List<AlertRow>();
        await foreach (var message in memory.ListOutboxAsync(cancellationToken).ConfigureAwait(false))
        {
            alerts.Add(new AlertRow(message.Title, message.State == OutboxState.Dead ? AlertState.Dead : AlertState.Waiting, message.At, message.Channel, message.Problem, null));
        }

        // Of one thing every channel of every owner keeps what it was told.
        var told = new Dictionary<string, ToldSubject>(StringComparer.Ordinal);
        await foreach (var ledger in memory.ListToldAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var subject in ledger.Subjects.Values.Where(s => s.Gone is null))
            {
                var name = subject.Eol is { } eol ? $"{subject.Key} eol {eol.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : $"{subject.Key} ended";
                told[name] = told.TryGetValue(name, out var other) && other.Day > subject.Day ? other : subject;
            }
        }

        foreach (var (name, subject) in told)
        {
            snoozes.Remove(name, out var snooze);
            var ends = subject.Eol is { } eol ? $", end of life {eol.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : ", past its end of life";
            alerts.Add(new AlertRow(subject.Title + ends, snooze is null ? AlertState.Told : AlertState.Resting, new DateTimeOffset(subject.Day, default, TimeSpan.Zero), null, null, snooze));
        }

        alerts.AddRange(snoozes.Values.Select(s => new AlertRow(s.Subject, AlertState.Resting, s.At, null, null, s)));
        return [.. alerts.OrderByDescending(a => a.At).ThenBy(a => a.Subject, StringComparer.Ordinal)];
    }

    private async Task<Lives> ReadLivesAsync(DateOnly today, CancellationToken cancellationToken)
    {
        var resolver = await lifecycles.FindAsync(cancellationToken).ConfigureAwait(false) ?? new LifecycleResolver(new LifecycleCatalog([], time.GetUtcNow()));
        var lives = new Lives(today);
        await foreach (var image in survey.ReadImagesAsync(resolver, today, cancellationToken).ConfigureAwait(false))
        {
            lives.Add(image);
        }

        lives.Complete();
        return lives;
    }

    private static List<ActivityRow> ActivityOf(List<PullRequestRow> pullRequests, List<AlertRow> alerts, List<FailureRow> failures) =>
    [
        .. pullRequests.SelectMany(Events)
            .Concat(alerts.Where(a => a.State == AlertState.Told).Select(a => new ActivityRow(a.At, ActivityKind.Told, null, a.Subject, null, null)))
            .Concat(failures.Where(f => f.Times > 0).Select(f => new ActivityRow(f.At, ActivityKind.Failed, f.Repository, $"{f.Work}: {f.Message}", null, null)))
            .OrderByDescending(a => a.At)
            .ThenBy(a => a.Repository, StringComparer.Ordinal)
            .ThenBy(a => a.Number)
            .Take(MostActivity),
    ];

    private static IEnumerable<ActivityRow> Events(PullRequestRow row)
    {
        if (row.Is.OpenedAt is { } opened)
        {
            yield return Event(opened, ActivityKind.Opened);
        }

        if (row.Is.State is "merged" or "declined" or "closed" or "ended" && row.Is.Number is not null)
        {
            yield return Event(row.Is.At, row.Is.State == "merged" ? ActivityKind.Merged : ActivityKind.Closed);
        }

        ActivityRow Event(DateTimeOffset at, ActivityKind kind) => new(at, kind, row.Repository, row.Is.Title, row.Is.Url, row.Is.Number);
    }

    private static FailureRow Failure(FailureRecord record)
    {
        Job? job = null;
        try
        {
            job = Job.FromJson(record.Job);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // Of another version.
        }

        return new FailureRow(
            job?.GetType().Name ?? "?",
            job switch { TakeInventory j => j.Repository, Reconcile j => j.Repository, ForgetRepository j => j.Repository, _ => null },
            job switch { RefreshImage j => j.Image, _ => null },
            record.Message,
            record.At,
            record.Times,
            record.NotBefore);
    }

    /// <summary>What is gathered while images are read one after another.</summary>
    private sealed class Lives(DateOnly today)
    {
        private readonly Dictionary<(bool, string, string?), Gathered> _cycles = [];

        public Dictionary<string, ImageLifecycle> ByReference { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, ImageRow> Images { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, RepositoryLife> Repositories { get; } = new(StringComparer.OrdinalIgnoreCase);

        public IReadOnlyList<CycleRow> Cycles { get; private set; } = [];

        public int Ended { get; private set; }

        public int Ending { get; private set; }

        public void Add(SurveyedImage image)
        {
            NextEnd next = default;
            foreach (var line in image.Lines)
            {
                var (status, end) = (line.Lifecycle.Status, new NextEnd(line.Lifecycle.Status, line.Lifecycle.First?.Title, line.Lifecycle.Ends));
                next = next.Or(end);
                if (status != LifecycleStatus.Unknown)
                {
                    // A tag that is pinned to images which live differently: what ends first is shown.
                    ByReference[line.Image.Canonical] = ByReference.TryGetValue(line.Image.Canonical, out var other) && other.Ends <= line.Lifecycle.Ends ? other : line.Lifecycle;
                }

                Ended += status == LifecycleStatus.Ended ? line.Places.Count : 0;
                Ending += status == LifecycleStatus.Ending ? line.Places.Count : 0;
                foreach (var place in line.Places)
                {
                    if (!Repositories.TryGetValue(place.Repository, out var repository))
                    {
                        Repositories[place.Repository] = repository = new RepositoryLife(Repositories.Count);
                    }

                    repository.Next = repository.Next.Or(end);
                    repository.Ended += status == LifecycleStatus.Ended ? 1 : 0;
                }

                foreach (var life in line.Lifecycle.Lives.DistinctBy(KeyOf).Where(l => l.Cycle is not null || l.IsEndKnown))
                {
                    if (!_cycles.TryGetValue(KeyOf(life), out var cycle))
                    {
                        _cycles[KeyOf(life)] = cycle = new Gathered(life);
                    }

                    cycle.Uses += line.Places.Count;
                    cycle.Lines[line.Image.Familiar] = cycle.Lines.GetValueOrDefault(line.Image.Familiar) + line.Places.Count;
                    cycle.Repositories.UnionWith(line.Places.Select(p => Repositories[p.Repository].Index));
                }
            }

            if (image.Users.Count > 0)
            {
                Images[image.Image.Canonical] = new ImageRow(
                    image.Image.Canonical, image.Image.Familiar, image.Lines.Select(l => l.Image.Tag).OfType<string>().Distinct(StringComparer.Ordinal).Count(), image.Users.Sum(u => u.Places.Count), image.Users.Count, null, null, next)
                {
                    Remarks = [.. image.Lines.SelectMany(l => l.Remarks).Distinct(StringComparer.Ordinal).Take(MostRemarks)],
                };
            }
        }

        public void Complete() => Cycles =
        [
            .. _cycles.Values
                .Select(c => new CycleRow(
                    c.Life, StatusOf(c.Life), c.Uses, c.Repositories.Count,
                    [.. c.Lines.OrderByDescending(l => l.Value).ThenBy(l => l.Key, StringComparer.Ordinal).Take(ImagesOfCycle).Select(l => l.Key)],
                    Math.Max(0, c.Lines.Count - ImagesOfCycle)))
                .OrderBy(c => c.Life.Eol ?? (c.Life.IsEnded ? DateOnly.MinValue : DateOnly.MaxValue))
                .ThenBy(c => c.Life.Key, StringComparer.Ordinal)
                .ThenBy(c => c.Life.Cycle, StringComparer.Ordinal)
                .ThenBy(c => c.Life.Of),
        ];

        /// <summary>A distribution is one, whether an image is it or is made of it.</summary>
        private static (bool, string, string?) KeyOf(Life life) => (life.Of == LifeOf.Image, life.Key, life.Cycle);

        private LifecycleStatus StatusOf(Life life) => life switch
        {
            { IsEnded: true } => LifecycleStatus.Ended,
            { Eol: null } => LifecycleStatus.Unknown,
            { Eol: { } eol } when eol <= today => LifecycleStatus.Ended,
            { Eol: { } eol } when eol.DayNumber - today.DayNumber <= LifecycleResolver.EndingDays => LifecycleStatus.Ending,
            _ => LifecycleStatus.Maintained,
        };
    }

    private sealed class RepositoryLife(int index)
    {
        public int Index { get; } = index;

        public NextEnd Next { get; set; }

        public int Ended { get; set; }
    }

    private sealed class Gathered(Life life)
    {
        public Life Life { get; } = life;

        public int Uses { get; set; }

        public Dictionary<string, int> Lines { get; } = new(StringComparer.Ordinal);

        public HashSet<int> Repositories { get; } = [];
    }
}
