using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Rollouts;

/// <summary>A repository that an image would be updated in. Written by whoever reconciles it.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
public sealed record WaveMember(string Repository)
{
    /// <summary>The pull request; null: there is none yet.</summary>
    public int? PullRequest { get; init; }

    /// <summary>When that was opened.</summary>
    public DateTimeOffset? ProposedAt { get; init; }

    /// <summary>What its checks say; null: there are none.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<CheckState>))]
    public CheckState? Checks { get; init; }

    /// <summary>Whether it is merged.</summary>
    public bool IsMerged { get; init; }

    /// <summary>Whether it shows that the update is good.</summary>
    [JsonIgnore]
    public bool HasPassed => IsMerged || Checks == CheckState.Passed;

    /// <summary>Whether it shows that it is not.</summary>
    [JsonIgnore]
    public bool HasFailed => !IsMerged && Checks == CheckState.Failed;
}

/// <summary>How far an update has come. Written by the review of rollouts alone.</summary>
/// <param name="Target">What it is an update to: a canonical reference.</param>
/// <param name="Owner">Of the repositories.</param>
/// <param name="Since">When the first of them came.</param>
public sealed record WaveState(string Target, string Owner, DateTimeOffset Since)
{
    /// <summary>The waves that are open, in order.</summary>
    public IReadOnlyList<OpenWave> Waves { get; init; } = [];

    /// <summary>Repositories that would get it.</summary>
    public int Members { get; init; }

    /// <summary>When it was stopped; null: it goes on.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>Why, or what the next wave waits for, in one line.</summary>
    public string? Words { get; init; }

    /// <summary>Who let it go on, though as many failed as are counted here.</summary>
    public string? ReleasedBy { get; init; }

    /// <summary>How many had failed then: more of them stop it again.</summary>
    public int Forgiven { get; init; }

    /// <summary>When the next wave may open by itself.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Whether a repository has its turn.</summary>
    public bool Admits(WaveRule rule, RepositoryName repository) => StoppedAt is null && IsReached(rule, repository);

    /// <summary>Whether a repository has its turn, or had it when all was stopped.</summary>
    public bool IsReached(WaveRule rule, RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(repository);
        return Waves.Count > 0 && (WavePlanner.IsCanary(rule, repository) || (Waves[^1].Cut is { } cut && WavePlanner.RankOf(Target, repository) <= cut));
    }
}

/// <summary>A wave.</summary>
/// <param name="Name"><c>canaries</c>, <c>10 %</c>.</param>
/// <param name="At">When it was opened.</param>
/// <param name="Cut">The highest rank that has its turn; null: canaries alone.</param>
/// <param name="Repositories">How many have it, with those of the waves before.</param>
public sealed record OpenWave(string Name, DateTimeOffset At, ulong? Cut, int Repositories)
{
    /// <summary>How many of them passed.</summary>
    public int Passed { get; init; }

    /// <summary>How many failed.</summary>
    public int Failed { get; init; }
}

/// <summary>Decides in which order repositories get an update. Pure.</summary>
public static class WavePlanner
{
    /// <summary>So long repositories are gathered before the first of them has its turn.</summary>
    public static readonly TimeSpan GathersFor = TimeSpan.FromMinutes(10);

    /// <summary>A pull request without any check after this is not waited for.</summary>
    public static readonly TimeSpan ChecksBegin = TimeSpan.FromHours(1);

    /// <summary>Whether a repository is of the first wave by name.</summary>
    public static bool IsCanary(WaveRule rule, RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(repository);
        return rule.Canaries.Any(c => Wildcard.Matches(c, repository.ToString(), ignoreCase: true));
    }

    /// <summary>Where a repository stands in the order of an update: another for each, so that it is not the same repositories that are always first.</summary>
    public static ulong RankOf(string target, RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{target}\n{repository.ToString().ToLowerInvariant()}")));
    }

    /// <summary>How far an update may go now.</summary>
    public static WaveState Decide(WaveRule rule, WaveState state, IReadOnlyList<WaveMember> members, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(members);
        var ordered = members
            .Select(m => (Member: m, Repository: RepositoryName.Parse(m.Repository)))
            .Select(m => (m.Member, m.Repository, IsCanary: IsCanary(rule, m.Repository), Rank: RankOf(state.Target, m.Repository)))
            .OrderByDescending(m => m.IsCanary).ThenBy(m => m.Rank)
            .ToList();
        state = state with { Members = members.Count };
        if (ordered.Count == 0)
        {
            return state with { NextAt = null };
        }

        List<(string Name, ulong? Cut)> plan = [.. ordered.Exists(m => m.IsCanary) ? [("canaries", null)] : Array.Empty<(string, ulong?)>()];
        foreach (var share in rule.Shares)
        {
            var count = Math.Max(1, (int)(((long)share * ordered.Count) + 99) / 100);
            var cut = share >= 100 ? ulong.MaxValue : ordered.Take(count).Where(m => !m.IsCanary).Select(m => (ulong?)m.Rank).Max();
            plan.Add(($"{share.ToString(CultureInfo.InvariantCulture)} %", cut));
        }

        // Those that come later are placed as if they had been there: what is open stays open, and never shrinks.
        if (state.Waves.Count == 0)
        {
            return now - state.Since < GathersFor ? state with { NextAt = state.Since + GathersFor, Words = "repositories are gathered" } : Open(state, plan, ordered.Count(m => m.IsCanary), ordered.Select(m => m.Rank), now);
        }

        var reached = ordered.Where(m => state.IsReached(rule, m.Repository)).Select(m => m.Member).ToList();
        var wave = state.Waves[^1];
        var isSoaked = now - wave.At >= rule.Soak;
        var (passed, failed) = (reached.Count(m => m.HasPassed), reached.Count(m => m.HasFailed));
        var counted = reached.Count(m => m.HasPassed || m.HasFailed || (m.PullRequest is null ? !isSoaked : m.Checks == CheckState.Pending || now - m.ProposedAt < ChecksBegin));
        state = state with { Waves = [.. state.Waves.SkipLast(1), wave with { Repositories = reached.Count, Passed = passed, Failed = failed }] };
        if (failed > state.Forgiven && failed * 100 > rule.Failing * reached.Count)
        {
            return state with
            {
                StoppedAt = state.StoppedAt ?? now,
                ReleasedBy = null,
                NextAt = null,
                Words = $"stopped: the checks of {failed} of {reached.Count} {(reached.Count == 1 ? "repository" : "repositories")} failed, and no more than {rule.Failing} % may",
            };
        }

        if (state.StoppedAt is not null)
        {
            // The checks that failed pass now, or somebody forgave them.
            state = state with { StoppedAt = null };
        }

        if (wave.Cut == ulong.MaxValue)
        {
            return state with { NextAt = null, Words = null };
        }

        var isPassed = passed > 0 && passed * 100 >= rule.Passing * counted;
        return !isSoaked ? state with { NextAt = wave.At + rule.Soak, Words = $"{wave.Name}: {passed} of {reached.Count} passed, watched until {RolloutPlanner.Text(wave.At + rule.Soak)}" }
            : !isPassed ? state with { NextAt = null, Words = $"{wave.Name}: {passed} of {counted} passed, and {rule.Passing} % have to" }
            : Open(state, plan, ordered.Count(m => m.IsCanary), ordered.Select(m => m.Rank), now);
    }

    /// <summary>Opens the next wave that has anybody in it.</summary>
    private static WaveState Open(WaveState state, IReadOnlyList<(string Name, ulong? Cut)> plan, int canaries, IEnumerable<ulong> ranks, DateTimeOffset now)
    {
        var all = ranks.ToList();
        foreach (var (name, cut) in plan)
        {
            var open = state.Waves.Count == 0 ? -1 : Reach(state.Waves[^1].Cut);
            if (Reach(cut) > open && !state.Waves.Any(w => w.Name == name))
            {
                return state with { Waves = [.. state.Waves, new OpenWave(name, now, cut, Reach(cut))], NextAt = null, Words = null };
            }
        }

        return state with { Waves = [.. state.Waves, new OpenWave(plan[^1].Name, now, ulong.MaxValue, all.Count)], NextAt = null, Words = null };

        int Reach(ulong? cut) => cut is null ? canaries : canaries + all.Skip(canaries).Count(r => r <= cut);
    }
}
