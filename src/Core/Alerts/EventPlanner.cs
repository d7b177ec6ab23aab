namespace Basewatch.Core.Alerts;

/// <summary>Decides what a channel is told of pull requests, failures and weeks. Pure.</summary>
public static class EventPlanner
{
    /// <summary>What fails for longer is told.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private const int MostFailing = 1000;

    /// <summary>More come with the next look.</summary>
    private const int MostAtOnce = 20;

    /// <summary>Pull requests that wait for too long: all of them together, once a week.</summary>
    public static (AlertLedger Ledger, WaitingAlert? Alert) PlanWaiting(AlertLedger ledger, IReadOnlyList<PullRequestLine> pullRequests, AlertSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(settings);
        var today = settings.DayOf(now);
        if (ledger.WaitingDay is { } last && today < last.AddDays(7))
        {
            return (ledger, null);
        }

        var waiting = pullRequests.Where(p => IsWaiting(p, settings, now)).OrderBy(p => p.OpenedAt).ThenBy(p => p.Repository, StringComparer.Ordinal).ThenBy(p => p.Number).ToList();
        return waiting.Count == 0 ? (ledger, null) : (ledger with { WaitingDay = today }, new WaitingAlert(waiting, settings.Waiting, now));
    }

    /// <summary>Whether a pull request waits for too long.</summary>
    public static bool IsWaiting(PullRequestLine pullRequest, AlertSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(pullRequest);
        ArgumentNullException.ThrowIfNull(settings);
        return pullRequest.EndedAt is null && now - pullRequest.OpenedAt > TimeSpan.FromDays(settings.Waiting);
    }

    /// <summary>What Basewatch has merged and nobody was told of yet: together, once a day.</summary>
    /// <param name="ledger">What was told.</param>
    /// <param name="pullRequests">All that are remembered.</param>
    /// <param name="settings">Decides which day it is.</param>
    /// <param name="now">The moment.</param>
    public static (AlertLedger Ledger, MergedAlert? Alert) PlanMerged(AlertLedger ledger, IReadOnlyList<PullRequestLine> pullRequests, AlertSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(settings);
        var today = settings.DayOf(now);
        if (ledger.MergedDay == today)
        {
            return (ledger, null);
        }

        var told = PlaceSet.Read(ledger.Merged);
        var all = pullRequests.Where(p => p.IsAutomerged).ToDictionary(p => PlaceSet.Hash($"{p.Repository.ToLowerInvariant()}#{p.Number}"), StringComparer.Ordinal);
        var merged = all.Where(p => !told.Contains(p.Key)).Select(p => p.Value).OrderBy(p => p.EndedAt).ThenBy(p => p.Repository, StringComparer.Ordinal).ThenBy(p => p.Number).ToList();
        return merged.Count == 0
            ? (ledger, null)
            : (ledger with { MergedDay = today, Merged = PlaceSet.Write(all.Keys) }, new MergedAlert(merged));
    }

    /// <summary>What began to fail and what is over: together, once a day.</summary>
    /// <param name="ledger">What was told.</param>
    /// <param name="troubles">All that fails, however long.</param>
    /// <param name="settings">Decides which day it is.</param>
    /// <param name="now">The moment.</param>
    public static (AlertLedger Ledger, FailureAlert? Alert) PlanFailures(AlertLedger ledger, IReadOnlyList<Trouble> troubles, AlertSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(settings);
        var today = settings.DayOf(now);
        if (ledger.FailureDay == today)
        {
            return (ledger, null);
        }

        var failing = troubles.Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        var told = ledger.Failing.ToHashSet(StringComparer.Ordinal);
        var ended = ledger.Failing.Where(f => !failing.Contains(f)).ToList();
        var began = troubles
            .Where(t => (t.IsGivenUp || now - t.Since > Patience) && !told.Contains(t.Key))
            .OrderBy(t => t.Since).ThenBy(t => t.Key, StringComparer.Ordinal)
            .Take(Math.Max(0, MostFailing - told.Count + ended.Count))
            .ToList();
        return began.Count + ended.Count == 0
            ? (ledger, null)
            : (ledger with { FailureDay = today, Failing = [.. ledger.Failing.Except(ended, StringComparer.Ordinal).Concat(began.Select(b => b.Key)).Order(StringComparer.Ordinal)] }, new FailureAlert(began, ended));
    }

    /// <summary>What is not built again as it should be, and what is: whatever is new of it together, at once.</summary>
    /// <param name="ledger">What was told.</param>
    /// <param name="troubles">All there are.</param>
    public static (AlertLedger Ledger, RebuildAlert? Alert) PlanRebuilds(AlertLedger ledger, IReadOnlyList<RebuildTrouble> troubles)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(troubles);
        var there = troubles.Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        var told = ledger.Rebuilds.ToHashSet(StringComparer.Ordinal);
        var ended = ledger.Rebuilds.Where(r => !there.Contains(r)).ToList();
        var began = troubles.Where(t => !told.Contains(t.Key)).DistinctBy(t => t.Key, StringComparer.Ordinal).OrderBy(t => t.IsWaiting).ThenBy(t => t.Key, StringComparer.Ordinal)
            .Take(Math.Max(0, MostFailing - told.Count + ended.Count)).ToList();
        return began.Count + ended.Count == 0
            ? (ledger, null)
            : (ledger with { Rebuilds = [.. ledger.Rebuilds.Except(ended, StringComparer.Ordinal).Concat(began.Select(b => b.Key)).Order(StringComparer.Ordinal)] }, new RebuildAlert(began, ended));
    }

    /// <summary>What is new of rollouts: each by itself, once, at once.</summary>
    /// <param name="ledger">What was told.</param>
    /// <param name="troubles">All there are.</param>
    public static (AlertLedger Ledger, IReadOnlyList<RolloutAlert> Alerts) PlanRollouts(AlertLedger ledger, IReadOnlyList<RolloutTrouble> troubles)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(troubles);
        var there = troubles.Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        var told = ledger.Rollouts.Where(there.Contains).ToHashSet(StringComparer.Ordinal);
        var began = troubles.Where(t => !told.Contains(t.Key)).DistinctBy(t => t.Key, StringComparer.Ordinal).OrderBy(t => t.Key, StringComparer.Ordinal).Take(Math.Min(MostAtOnce, Math.Max(0, MostFailing - told.Count))).ToList();
        return began.Count == 0 && told.Count == ledger.Rollouts.Count
            ? (ledger, [])
            : (ledger with { Rollouts = [.. told.Concat(began.Select(b => b.Key)).Order(StringComparer.Ordinal)] }, [.. began.Select(b => new RolloutAlert(b))]);
    }

    /// <summary>Whether the week is to be summed up now. The first time the next one is waited for.</summary>
    /// <returns>The ledger once that is done, and the day that sums it up; null: not now.</returns>
    public static (AlertLedger Ledger, DateOnly? Day) PlanDigest(AlertLedger ledger, AlertSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(settings);
        return settings.LastDigest(now) is not { } last || ledger.DigestDay >= last ? (ledger, null)
            : (ledger with { DigestDay = last }, ledger.DigestDay is null ? null : last);
    }
}
