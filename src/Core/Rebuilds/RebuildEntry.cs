using System.Globalization;
using System.Text.Json.Serialization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Rebuilds;

/// <summary>Where the rebuild of an image is.</summary>
public enum RebuildStage
{
    /// <summary>Nothing is built.</summary>
    Idle,

    /// <summary>It was decided to start a build, and is not known whether that was done.</summary>
    Starting,

    /// <summary>A build runs.</summary>
    Running,

    /// <summary>A build has succeeded, and its image has not been seen yet.</summary>
    Pushing,
}

/// <summary>How a build ended.</summary>
public enum RebuildEnd
{
    /// <summary>None has ended.</summary>
    None,

    /// <summary>The image was built on what it should be.</summary>
    Built,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It succeeded, and the image is what it was.</summary>
    Unchanged,

    /// <summary>It succeeded, and the image still has what it should have got rid of.</summary>
    StillOld,
}

/// <summary>An image in the ledger of rebuilds. It is written before anything is started, and after: a crash between the two is found out.</summary>
/// <param name="Key"><see cref="OwnImage.Key"/>.</param>
public sealed record RebuildEntry(string Key)
{
    /// <summary>So many failures in a row, and nothing is started any more.</summary>
    public const int MostFailures = 3;

    private const int MostTried = 200;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestSilence = TimeSpan.FromHours(1);

    /// <summary>Where it is.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<RebuildStage>))]
    public RebuildStage Stage { get; init; }

    /// <summary>Why it should be built, or is: what came together within the window is one build.</summary>
    public IReadOnlyList<RebuildCause> Causes { get; init; } = [];

    /// <summary>When the first of these was seen.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How many builds failed in a row.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last one did.</summary>
    public string? Problem { get; init; }

    /// <summary>Nothing is started before.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How many builds were started so far.</summary>
    public int Sequence { get; init; }

    /// <summary>How the build is started.</summary>
    public RebuildMethod? Method { get; init; }

    /// <summary>When that was decided.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its host was last asked to start it.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>How often it was.</summary>
    public int Sends { get; init; }

    /// <summary>What its host calls the build; null: not known yet.</summary>
    public string? Run { get; init; }

    /// <summary>Its page.</summary>
    public string? Url { get; init; }

    /// <summary>What the image was before.</summary>
    public string? Before { get; init; }

    /// <summary>When the last build ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<RebuildEnd>))]
    public RebuildEnd End { get; init; }

    /// <summary><see cref="RebuildCause.Id"/> of what a build did not remedy: for that alone none is started again.</summary>
    public IReadOnlyList<string> Unremedied { get; init; } = [];

    /// <summary><see cref="RebuildCause.Id"/> of the vulnerabilities that builds ran for: whether one is still there is known of the next digest alone, and then no other is started for it until what it is built from changes.</summary>
    public IReadOnlyList<string> Tried { get; init; } = [];

    /// <summary>Whether a reason is one that a build did not remedy.</summary>
    public bool IsInVain(RebuildCause cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return Unremedied.Contains(cause.Id, StringComparer.Ordinal) || Tried.Contains(cause.Id, StringComparer.Ordinal);
    }

    /// <summary>Whether it failed so often that it is left alone until something else happens.</summary>
    [JsonIgnore]
    public bool IsStopped => Failures >= MostFailures;

    /// <summary>Whether something is on its way.</summary>
    [JsonIgnore]
    public bool IsBuilding => Stage != RebuildStage.Idle;

    /// <summary>Tells the build from all others, for workflows and for finding it again: the same as long as it is not known whether it was started.</summary>
    [JsonIgnore]
    public string BuildId => Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Key} {Sequence}"))).Hex[..16];

    private IEnumerable<string> Vulnerabilities => Causes.Where(c => c.Reason == RebuildReason.Vulnerability).Select(c => c.Id);

    private IReadOnlyList<string> Untried => [.. Tried.Except(Vulnerabilities, StringComparer.Ordinal)];

    /// <summary>What should be built for which reasons, now that the world was looked at. While a build is on its way nothing changes: it is judged by what it brings.</summary>
    public RebuildEntry Notice(IReadOnlyList<RebuildCause> causes, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(causes);
        if (IsBuilding)
        {
            return this;
        }

        if (causes.Count == 0)
        {
            // Whoever has built it: all is well.
            return Causes.Count == 0 && Failures == 0 && Unremedied.Count == 0 && NotBefore is null && Since is null
                ? this
                : this with { Causes = [], Since = null, Failures = 0, Problem = null, NotBefore = null, Unremedied = [] };
        }

        var known = Causes.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var news = causes.Where(c => !known.Contains(c.Id)).ToList();
        var isNews = news.Count > 0;
        if (!isNews && causes.Count == Causes.Count)
        {
            return this;
        }

        // Another base is another occasion, after failures too.
        return this with { Causes = causes, Since = Since is null || (isNews && IsStopped) ? now : Since, Failures = isNews ? 0 : Failures, NotBefore = isNews ? null : NotBefore, Tried = news.TrueForAll(c => c.Reason == RebuildReason.Vulnerability) ? Tried : [] };
    }

    /// <summary>A build is about to be started.</summary>
    public RebuildEntry Begin(RebuildMethod method, Digest? before, DateTimeOffset now) =>
        this with { Stage = RebuildStage.Starting, Sequence = Sequence + 1, Method = method, StartedAt = now, SentAt = now, Sends = 1, Run = null, Url = null, Before = before?.ToString(), EndedAt = null, End = RebuildEnd.None, Tried = [.. Tried.Union(Vulnerabilities, StringComparer.Ordinal).TakeLast(MostTried)] };

    /// <summary>It does not show, and its host is asked once more.</summary>
    public RebuildEntry SentAgain(DateTimeOffset now) => this with { SentAt = now, Sends = Sends + 1 };

    /// <summary>When its host is asked again if the build does not show until then: a host that answers with errors may have started it all the same.</summary>
    /// <param name="within">For so long it may take to show.</param>
    public DateTimeOffset? AskAgainAt(TimeSpan within)
    {
        var wait = within * Math.Pow(2, Math.Clamp(Sends - 1, 0, 16));
        return (SentAt ?? StartedAt) + (wait < LongestSilence ? wait : LongestSilence);
    }

    /// <summary>It was started.</summary>
    public RebuildEntry Started(string? run, string? url) => this with { Stage = RebuildStage.Running, Run = run ?? Run, Url = url ?? Url };

    /// <summary>It is known not to have been started: nothing has happened.</summary>
    public RebuildEntry NotStarted() => this with { Stage = RebuildStage.Idle, Sequence = Sequence - 1, Method = null, StartedAt = null, SentAt = null, Sends = 0, Before = null, Tried = Untried };

    /// <summary>It failed.</summary>
    public RebuildEntry Failed(string problem, DateTimeOffset now) => this with
    {
        Stage = RebuildStage.Idle,
        Failures = Failures + 1,
        Problem = problem,
        NotBefore = now + (FirstBackoff * Math.Pow(3, Failures)),
        EndedAt = now,
        End = RebuildEnd.Failed,
        Tried = Untried,
    };

    /// <summary>It succeeded; the image is waited for.</summary>
    public RebuildEntry Succeeded(DateTimeOffset now) => this with { Stage = RebuildStage.Pushing, EndedAt = now };

    /// <summary>The image was seen, or was waited for long enough.</summary>
    /// <param name="end">What it is like.</param>
    /// <param name="left">What there still is to build it for.</param>
    /// <param name="now">The moment.</param>
    public RebuildEntry Settled(RebuildEnd end, IReadOnlyList<RebuildCause> left, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(left);
        var had = Causes.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        return this with
        {
            Stage = RebuildStage.Idle,
            Causes = left,
            Since = left.Any(c => !had.Contains(c.Id)) ? now : left.Count > 0 ? Since : null,
            Failures = 0,
            Problem = null,
            NotBefore = null,
            EndedAt = EndedAt ?? now,
            End = end,
            // What was not a reason when it was started may come from a base that moved meanwhile.
            Unremedied = [.. left.Select(c => c.Id).Where(had.Contains)],
        };
    }
}
