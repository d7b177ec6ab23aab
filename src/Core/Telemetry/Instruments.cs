using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Basewatch.Core.Telemetry;

/// <summary>
/// Every metric: what docs/telemetry.md lists. Nobody listening, a measurement costs a comparison. Units are UCUM's, and names follow OpenTelemetry's
/// conventions (<see href="https://opentelemetry.io/docs/specs/semconv/general/metrics/"/>).
/// </summary>
public static class Instruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Basewatch";

    /// <summary>A count of everything that is older than this is told no more: another instance may have counted since.</summary>
    public static readonly TimeSpan EstateShownFor = TimeSpan.FromMinutes(40);

    private static readonly Meter Meter = RequestInstruments.Meter;

    private static readonly Histogram<double> Age = Histogram("basewatch.queue.age", "How long a job had been due when it was begun.", [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]);

    private static readonly Histogram<double> Duration = Histogram("basewatch.job.duration", "How long a job took.", [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600]);

    private static readonly Counter<long> GivenUpCount = Meter.CreateCounter<long>("basewatch.job.given_up", "{job}", "Jobs that were begun several times and never came to an end.");

    private static readonly Counter<long> PullRequestChangeCount = Meter.CreateCounter<long>("basewatch.pull_request.changes", "{pull_request}", "What was done to pull requests.");

    private static readonly Counter<long> UpdateCount = Meter.CreateCounter<long>("basewatch.updates", "{update}", "Updates that were written to the branches of pull requests.");

    private static readonly Histogram<double> FreshnessTime = Histogram("basewatch.freshness", "Time from a tag's push to the pull request that brings it.", [1, 5, 30, 60, 300, 900, 1800, 3600, 7200, 21600, 43200, 86400, 259200, 604800]);

    private static readonly ObservableGauge<long> Uses = Meter.CreateObservableGauge("basewatch.uses", () => Shown(_estate?.Uses), "{use}", "Places that name an image.");

    private static readonly ObservableGauge<long> PullRequests = Meter.CreateObservableGauge("basewatch.pull_requests", () => Shown(_estate?.PullRequests), "{pull_request}", "Pull requests of the ledger.");

    private static readonly ObservableGauge<long> Repositories = Meter.CreateObservableGauge("basewatch.repositories", () => Shown(_estate?.Repositories), "{repository}", "Repositories that have been reconciled.");

    private static readonly ObservableGauge<long> Failures = Meter.CreateObservableGauge("basewatch.failures", () => Shown(_estate?.Failures), "{job}", "Jobs that failed and were not done since.");

    private static EstateCount? _estate;

    /// <summary>Whether anybody wants to know how long jobs wait.</summary>
    public static bool IsQueueAgeWanted => Age.Enabled;

    /// <summary>Whether anybody wants to know how much there is of everything.</summary>
    public static bool IsEstateWanted => Uses.Enabled || PullRequests.Enabled || Repositories.Enabled || Failures.Enabled;

    /// <summary>Whether anybody wants to know how soon what was pushed is proposed.</summary>
    public static bool IsFreshnessWanted => FreshnessTime.Enabled;

    /// <summary>Notes that a job is begun.</summary>
    /// <param name="job">Name of its kind.</param>
    /// <param name="age">How long it had been due.</param>
    public static void NoteQueueAge(string job, TimeSpan age) => Age.Record(Math.Max(0, age.TotalSeconds), new KeyValuePair<string, object?>(TagNames.Job, job));

    /// <summary>Notes that a job has ended.</summary>
    /// <param name="job">Name of its kind.</param>
    /// <param name="outcome"><c>done</c>, <c>failed</c>, <c>postponed</c>, <c>unfinished</c>.</param>
    /// <param name="duration">How long it took.</param>
    public static void NoteJob(string job, string outcome, TimeSpan duration)
    {
        if (Duration.Enabled)
        {
            Duration.Record(duration.TotalSeconds, new(TagNames.Job, job), new(TagNames.Outcome, outcome));
        }
    }

    /// <summary>Notes that a job is given up.</summary>
    /// <param name="job">Name of its kind.</param>
    public static void NoteGivenUp(string job) => GivenUpCount.Add(1, new KeyValuePair<string, object?>(TagNames.Job, job));

    /// <summary>Notes what was done to a pull request.</summary>
    /// <param name="change"><c>opened</c>, <c>updated</c>, <c>merged</c>, <c>closed</c>.</param>
    public static void NotePullRequest(string change) => PullRequestChangeCount.Add(1, new KeyValuePair<string, object?>(TagNames.PullRequestChange, change));

    /// <summary>Notes an update that a branch holds now.</summary>
    /// <param name="kind"><c>major</c>, <c>digest</c>.</param>
    public static void NoteUpdate(string kind) => UpdateCount.Add(1, new KeyValuePair<string, object?>(TagNames.UpdateKind, kind));

    /// <summary>Notes how soon what was pushed was proposed.</summary>
    /// <param name="source"><c>registry</c>: it said when; <c>first_seen</c>: the tag was first in the list then.</param>
    /// <param name="time">Time since.</param>
    public static void NoteFreshness(string source, TimeSpan time) => FreshnessTime.Record(Math.Max(0, time.TotalSeconds), new KeyValuePair<string, object?>(TagNames.FreshnessSource, source));

    /// <summary>Notes how much there is of everything.</summary>
    public static void NoteEstate(EstateCount estate) => _estate = estate;

    private static Histogram<double> Histogram(string name, string description, double[] boundaries) =>
        Meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });

    private static IEnumerable<Measurement<long>> Shown(IReadOnlyList<Measurement<long>>? measured) =>
        measured is not null && _estate is { } estate && Stopwatch.GetElapsedTime(estate.Timestamp) < EstateShownFor ? measured : [];
}

/// <summary>How much there is of everything, as one look at the state store found it.</summary>
public sealed class EstateCount
{
    /// <summary>When it was counted: of <see cref="Stopwatch"/>.</summary>
    public long Timestamp { get; } = Stopwatch.GetTimestamp();

    internal IReadOnlyList<Measurement<long>> Uses { get; private init; } = [];

    internal IReadOnlyList<Measurement<long>> PullRequests { get; private init; } = [];

    internal IReadOnlyList<Measurement<long>> Repositories { get; private init; } = [];

    internal IReadOnlyList<Measurement<long>> Failures { get; private init; } = [];

    /// <summary>Takes the numbers.</summary>
    /// <param name="uses">Of each state of a use.</param>
    /// <param name="pullRequests">Of each state of a pull request.</param>
    /// <param name="repositories">Repositories.</param>
    /// <param name="failures">Failures.</param>
    public static EstateCount Of(IReadOnlyDictionary<string, long> uses, IReadOnlyDictionary<string, long> pullRequests, long repositories, long failures)
    {
        ArgumentNullException.ThrowIfNull(uses);
        ArgumentNullException.ThrowIfNull(pullRequests);
        return new()
        {
            Uses = [.. uses.Select(u => new Measurement<long>(u.Value, new KeyValuePair<string, object?>(TagNames.UseState, u.Key)))],
            PullRequests = [.. pullRequests.Select(p => new Measurement<long>(p.Value, new KeyValuePair<string, object?>(TagNames.PullRequestState, p.Key)))],
            Repositories = [new(repositories)],
            Failures = [new(failures)],
        };
    }
}
