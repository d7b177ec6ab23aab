namespace Basewatch.Core.Alerts;

/// <summary>
/// Decides what a channel is told of ends of life. Pure: from what was told, what is in use and what rests on a day, to what is to be
/// told and what was told then. Said once, nothing is said again; what could not be said stays to be said.
/// </summary>
public static class EndOfLifePlanner
{
    /// <summary>The most messages about ends a channel gets in a day; what is over goes into the last of them together.</summary>
    public const int MostCards = 20;

    /// <summary>For so many days it is remembered what was told of something that is no longer in use.</summary>
    public const int RememberedDays = 30;

    /// <summary>More places than this are remembered of a subject only as far as they are still in use.</summary>
    private const int MostPlaces = 20_000;

    /// <summary>More remarks than this are remembered only as far as they still hold.</summary>
    private const int MostRemarks = 20_000;

    /// <summary>No threshold is told yet.</summary>
    private const int Untold = int.MaxValue;

    /// <summary>What is to be told, and the ledger once it is.</summary>
    /// <param name="ledger">What was told.</param>
    /// <param name="subjects">Everything that has ended, or whose end is near, as far as this channel is to know of it.</param>
    /// <param name="rests">What rests, by subject.</param>
    /// <param name="settings">When people are told.</param>
    /// <param name="today">The day, in the settings' time zone.</param>
    public static (AlertLedger Ledger, IReadOnlyList<Alert> Alerts) Plan(
        AlertLedger ledger, IReadOnlyList<EndingSubject> subjects, IReadOnlyDictionary<string, Rest> rests, AlertSettings settings, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(subjects);
        ArgumentNullException.ThrowIfNull(rests);
        ArgumentNullException.ThrowIfNull(settings);
        var told = new SortedDictionary<string, ToldSubject>(ledger.Subjects.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        var current = subjects.Select(s => s.Subject).ToHashSet(StringComparer.Ordinal);
        var moved = Move(told, subjects, current, settings, today);
        var due = new List<(EndingAlert Alert, int Mark)>();
        foreach (var subject in subjects)
        {
            var known = told.GetValueOrDefault(subject.Subject);
            if (known?.Gone is not null)
            {
                told[subject.Subject] = known = known with { Gone = null };
            }

            var rest = rests.GetValueOrDefault(subject.Subject);
            if (rest?.IsActive(today) != true && DueOf(subject, known, rest, settings, today) is { } alert)
            {
                due.Add((alert.Alert with { MovedFrom = moved.GetValueOrDefault(subject.Subject) }, alert.Mark));
            }
        }

        var left = MostCards - (ledger.Day == today ? ledger.Cards : 0);
        due.Sort((a, b) => Compare(a.Alert, b.Alert));
        var alerts = new List<Alert>();
        if (due.Count <= left)
        {
            alerts.AddRange(due.Select(d => d.Alert));
        }
        else if (left > 0)
        {
            // What is still to come is worth a card of its own; what is past is not made worse by waiting in a list.
            alerts.AddRange(due.Where(d => !d.Alert.IsEnded || d.Alert.DaysLeft == 0).Take(left - 1).Select(d => d.Alert));
            alerts.Add(new SummaryAlert([.. due.Select(d => d.Alert).Except(alerts.OfType<EndingAlert>())]));
        }
        else
        {
            due.Clear();
        }

        foreach (var (alert, mark) in due)
        {
            told[alert.Subject.Subject] = Tell(alert, mark, told.GetValueOrDefault(alert.Subject.Subject), rests.GetValueOrDefault(alert.Subject.Subject), today);
        }

        foreach (var (subject, its) in told.Where(t => !current.Contains(t.Key)).ToList())
        {
            if (its.Gone is not { } gone)
            {
                told[subject] = its with { Gone = today };
            }
            else if (today.DayNumber - gone.DayNumber > RememberedDays)
            {
                told.Remove(subject);
            }
        }

        var after = ledger with { Subjects = told };
        return alerts.Count == 0
            ? (after, alerts)
            : (after with { Day = today, Cards = (ledger.Day == today ? ledger.Cards : 0) + alerts.Count }, alerts);
    }

    /// <summary>What is to be told of remarks: all that is new, together, once a day.</summary>
    public static (AlertLedger Ledger, RemarksAlert? Alert) PlanRemarks(AlertLedger ledger, IReadOnlyList<ImageRemark> remarks, IReadOnlyDictionary<string, Rest> rests, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var told = PlaceSet.Read(ledger.Remarks);
        var fresh = remarks.Where(r => rests.GetValueOrDefault(r.Subject)?.IsActive(today) != true && !told.Contains(PlaceSet.Hash(r.Subject))).ToList();
        if (fresh.Count == 0 || ledger.RemarksDay == today)
        {
            return (ledger, null);
        }

        told.UnionWith(fresh.Select(r => PlaceSet.Hash(r.Subject)));
        if (told.Count > MostRemarks)
        {
            told.IntersectWith(remarks.Select(r => PlaceSet.Hash(r.Subject)));
        }

        return (ledger with { Remarks = PlaceSet.Write(told), RemarksDay = today }, new RemarksAlert(fresh));
    }

    /// <summary>Days to the end; of something that ended nobody knows when, days since it was told first.</summary>
    private static int? DaysLeft(EndingSubject subject, DateOnly today) => subject.Life.Eol is { } eol ? eol.DayNumber - today.DayNumber : null;

    private static int? MarkOf(EndingSubject subject, ToldSubject? known, AlertSettings settings, DateOnly today) =>
        settings.MarkOf(DaysLeft(subject, today) ?? -(today.DayNumber - (known?.Since ?? today).DayNumber));

    /// <summary>
    /// A day that has moved is another subject, which goes on where the one before was: whoever was told something tighter already is
    /// told the next threshold of the new day, and not those before it again.
    /// </summary>
    /// <returns>The day before, by the new subject.</returns>
    private static Dictionary<string, DateOnly?> Move(SortedDictionary<string, ToldSubject> told, IReadOnlyList<EndingSubject> subjects, HashSet<string> current, AlertSettings settings, DateOnly today)
    {
        var moved = new Dictionary<string, DateOnly?>(StringComparer.Ordinal);
        foreach (var subject in subjects.Where(s => !told.ContainsKey(s.Subject)))
        {
            // One that was out of sight in between is far away no longer: that is told from its beginning.
            if (told.Where(t => t.Value.Key == subject.Key && t.Value.Gone is null && !current.Contains(t.Key)).OrderByDescending(t => t.Value.Day).Select(t => t.Key).FirstOrDefault() is not { } before)
            {
                continue;
            }

            told.Remove(before, out var its);
            moved[subject.Subject] = its!.Eol;
            told[subject.Subject] = its with { Eol = subject.Life.Eol, Mark = Math.Max(its.Mark, MarkOf(subject, its, settings, today) ?? Untold), Woken = null };
        }

        return moved;
    }

    private static (EndingAlert Alert, int Mark)? DueOf(EndingSubject subject, ToldSubject? known, Rest? rest, AlertSettings settings, DateOnly today)
    {
        if (MarkOf(subject, known, settings, today) is not { } mark || known?.Day == today)
        {
            return null;
        }

        var isWoken = rest is not null && known?.Woken != rest.At;
        if (known is null || mark < known.Mark || isWoken)
        {
            return (new EndingAlert(subject, isWoken ? EndingReason.Woke : EndingReason.Threshold, DaysLeft(subject, today), subject.Uses) { Rested = isWoken ? rest : null }, Math.Min(mark, known?.Mark ?? mark));
        }

        var places = PlaceSet.Read(known.Places);
        var fresh = subject.Uses.Where(u => !places.Contains(u.Identity)).ToList();
        return fresh.Count == 0 ? null : (new EndingAlert(subject, EndingReason.NewPlaces, DaysLeft(subject, today), fresh), known.Mark);
    }

    private static ToldSubject Tell(EndingAlert alert, int mark, ToldSubject? known, Rest? rest, DateOnly today)
    {
        var places = PlaceSet.Read(known?.Places);
        places.UnionWith(alert.Uses.Select(u => u.Identity));
        if (places.Count > MostPlaces)
        {
            places.IntersectWith(alert.Subject.Uses.Select(u => u.Identity));
        }

        return new ToldSubject(alert.Subject.Key, alert.Subject.Life.Eol, mark, known?.Since ?? today, today, PlaceSet.Write(places))
        {
            Title = alert.Subject.Life.Title,
            Woken = rest?.At ?? known?.Woken,
        };
    }

    /// <summary>What ends today first, then what ends next, then what has ended, the latest first.</summary>
    private static int Compare(EndingAlert a, EndingAlert b)
    {
        var order = (a.DaysLeft is not >= 0).CompareTo(b.DaysLeft is not >= 0);
        order = order != 0 ? order : Math.Abs(a.DaysLeft ?? int.MaxValue).CompareTo(Math.Abs(b.DaysLeft ?? int.MaxValue));
        return order != 0 ? order : string.CompareOrdinal(a.Subject.Subject, b.Subject.Subject);
    }
}
